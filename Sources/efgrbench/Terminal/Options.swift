import ArgumentParser
import Backends
import Catalogue
import Foundation
import TiledBackend

/// Which layers of which network.
struct NetworkOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The network; see \"efgrbench layers --help\".", valueName: "name"))
  var network = "efgrnet-vgg16-320-coco"

  @Option(
    help: ArgumentHelp("Only the layers whose names match: conv3_*, *.loc, {fc6,fc7}.", valueName: "glob"))
  var layers: String?

  func resolve() throws -> (network: Network, steps: [Step]) {
    let chosen: Network
    do {
      chosen = try Network.named(network)
    } catch {
      throw ProgramError.usage(error.description)
    }
    let steps = chosen.steps(matching: layers)
    guard !steps.isEmpty else {
      throw ProgramError.usage(
        "No layer of \(network) matches \"\(layers ?? "")\". \"efgrbench layers --network \(network)\" lists them."
      )
    }
    return (chosen, steps)
  }
}

/// With which threads and instructions the work is done.
struct KernelOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Threads to compute with (default: the machine's cores).", valueName: "n"))
  var threads: Int?

  @Option(
    help: ArgumentHelp(
      "Instruction set of the tiled kernels: auto, avx512, avx2, baseline.", valueName: "set"))
  var isa = "auto"

  @Option(
    help: ArgumentHelp(
      "Force an algorithm of the tiled backend on every layer that offers it: "
        + AlgorithmChoice.names.joined(separator: ", ") + " (default: the best per layer).", valueName: "name"
    ))
  var algorithm: String?

  @Option(
    help: ArgumentHelp(
      "What the tiled backend's algorithms cost on this machine: read where it holds, written by a full run.",
      valueName: "file"))
  var plans = "Reports/plans.json"

  /// - Parameter conditions: what a book of plans must hold for.
  func resolveChoice(conditions: String) throws -> AlgorithmChoice {
    guard let algorithm else {
      return PlanShelf(path: plans).book(for: conditions).map(AlgorithmChoice.planned) ?? .automatic
    }
    guard AlgorithmChoice.names.contains(algorithm) else {
      throw ProgramError.usage(
        "There is no algorithm \"\(algorithm)\"; there are \(AlgorithmChoice.names.joined(separator: ", ")).")
    }
    return .forced(algorithm)
  }

  func resolveThreads() throws -> Int {
    let count = threads ?? ProcessInfo.processInfo.activeProcessorCount
    guard (1...1024).contains(count) else {
      throw ProgramError.usage(
        "--threads \(count) makes no sense: at least 1 thread is needed, at most 1024.")
    }
    return count
  }

  func resolveInstructionSet() throws -> InstructionSet {
    if isa == "auto" { return .best }
    guard let set = InstructionSet(rawValue: isa) else {
      throw ProgramError.usage(
        "There is no instruction set \"\(isa)\"; there are auto, avx512, avx2 and baseline.")
    }
    guard InstructionSet.available.contains(set) else {
      let available = InstructionSet.available.map(\.rawValue).joined(separator: ", ")
      throw ProgramError.usage("This processor cannot run \(isa); it can run \(available).")
    }
    return set
  }
}

/// On what the work is done.
struct ComputeOptions: ParsableArguments {
  @OptionGroup var kernels: KernelOptions

  @Option(
    help: ArgumentHelp("Which implementations: reference, tiled, openblas (default: all).", valueName: "a,b"))
  var backends: String?

  static let backendNames = ["reference", "tiled", "openblas"]

  func resolveBackends() throws -> [String] {
    guard let backends else { return Self.backendNames }
    let names = backends.split(separator: ",").map(String.init)
    for name in names where !Self.backendNames.contains(name) {
      throw ProgramError.usage(
        "There is no backend \"\(name)\"; there are \(Self.backendNames.joined(separator: ", ")).")
    }
    guard !names.isEmpty else { throw ProgramError.usage("--backends names none.") }
    return Self.backendNames.filter(names.contains)
  }
}

/// Where goldens are.
struct GoldenOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The folder of golden packs.", valueName: "folder"))
  var golden = "Golden"
}

/// Where the record is.
struct RecordOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The database.", valueName: "file"))
  var db = "Reports/history.sqlite"
}
