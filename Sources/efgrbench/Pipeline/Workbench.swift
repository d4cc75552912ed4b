import Backends
import Catalogue
import Microkernels
import OpenBLASBackend
import ReferenceBackend
import TiledBackend
import Verification

/// The implementations that a command works with, and the oracle that judges arbitrary data.
struct Workbench {
  let threads: Int
  let instructionSet: InstructionSet
  /// The algorithm that the user forces on the tiled backend; nil leaves it the choice.
  let algorithm: String?
  private let choice: AlgorithmChoice
  /// In the order in which they are shown.
  let backends: [any Backend]
  let tiled: TiledBackend
  private let plans: PlanShelf
  /// Nil where OpenBLAS computes wrong results on this machine; ``oracleFault`` then says so.
  let oracle: Oracle?
  let oracleFault: String?

  /// Makes the backends and lets the oracle prove itself. A wrong OpenBLAS is left out, by name, not trusted.
  ///
  /// - Parameter coverage: notes what the tiled plans run through; not for timing.
  init(_ options: ComputeOptions, coverage: KernelCoverage? = nil) throws {
    let threads = try options.kernels.resolveThreads()
    let names = try options.resolveBackends()
    self.threads = threads
    instructionSet = try options.kernels.resolveInstructionSet()
    algorithm = options.kernels.algorithm
    plans = PlanShelf(path: options.kernels.plans)
    choice = try options.kernels.resolveChoice(
      conditions: PlanShelf.conditions(instructionSet: instructionSet, threads: threads))
    let tiled = TiledBackend(
      instructionSet: instructionSet, threads: threads, choice: choice, coverage: coverage)
    self.tiled = tiled
    do throws(OracleError) {
      oracle = try Oracle(threads: threads) { layer, inputs, parameters in
        Reference.evaluate(layer, inputs: inputs, parameters: parameters, threads: threads)
      }
      oracleFault = nil
    } catch {
      oracle = nil
      oracleFault = error.description
    }
    let all: [any Backend] = [
      ReferenceBackend(threads: threads), tiled, OpenBLASBackend(threads: threads),
    ]
    let isUsable = oracle != nil
    backends = all.filter { names.contains($0.name) && (isUsable || $0.name != "openblas") }
  }

  /// The tiled backend with another number of threads, and the same choice of algorithms.
  func tiled(threads: Int) -> TiledBackend {
    TiledBackend(instructionSet: instructionSet, threads: threads, choice: choice)
  }

  /// Where the truth about any data comes from.
  var truths: TruthSource { TruthSource(oracle: oracle, threads: threads) }

  /// Writes down what the tiled backend's algorithms cost, for its next choices.
  func remember(_ choices: [MeasuredChoice]) {
    plans.enter(
      choices, conditions: PlanShelf.conditions(instructionSet: instructionSet, threads: threads))
  }
}
