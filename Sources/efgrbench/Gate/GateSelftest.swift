import Catalogue
import Foundation
import Gate
import History
import Measurement
import Reporting
import Synchronization

/// The gate against itself: this program as base and as head, with nothing changed and with known slow-downs, and
/// thousands of suites on the noise that was recorded by it.
struct GateSelftest {
  let options: GateTestOptions
  /// The slow-downs that are put in.
  static let slowDowns = [0.03, 0.05, 0.10, 0.30]

  private let db: String?
  private let json: String?
  private let program: String
  private let settings: GateSettings
  private let machine = MachineInfo.current()

  /// - Parameters:
  ///   - db: the database that keeps the result; nil for none.
  ///   - json: the file that gets it; nil for none, `-` for standard output.
  init(_ options: GateTestOptions, kernels: KernelOptions, db: String?, json: String?) throws {
    self.options = options
    self.db = db
    self.json = json
    program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path
    let network = try Network.named("efgrnet-vgg16-320-coco")
    let steps = network.steps(matching: options.gateLayers)
    guard !steps.isEmpty else {
      throw ProgramError.usage("No layer of \(network.name) matches \"\(options.gateLayers)\".")
    }
    settings = GateSettings(
      network: network.name, layers: steps.map(\.layer.name), backends: ["tiled"],
      threads: try kernels.resolveThreads(),
      instructionSet: try kernels.resolveInstructionSet().rawValue,
      algorithm: kernels.algorithm,
      golden: nil, detect: 0.05,
      seconds: 600, blocks: options.blocks, passes: GateSettings.passes, cache: .hot, seed: 0,
      comparisons: steps.count,
      isWhole: false)
    try ABCommand.checkPower(settings)
  }

  func run() throws -> ExitStatus {
    signal(SIGPIPE, SIG_IGN)
    let database = try db.map { try HistoryDatabase(path: $0, for: .recording) }
    let builds = try Builds(base: program, head: program)
    let kernel = ControlKernel()
    let load = options.underLoad ? Load() : nil
    defer { load?.stop() }
    var verified: (base: ChildReply, head: ChildReply)?
    var noise: [[BlockTimes]] = []
    var costs: BlockCosts?
    var measured: [GateDocument.Measured] = []
    for slowDown in [0] + (options.onlyUnchanged ? [] : Self.slowDowns) {
      var count = GateDocument.Measured(slowDown: slowDown)
      let suites = slowDown == 0 ? options.suites : options.injected
      for suite in 0..<suites where !Interruption.isRequested {
        Progress().show("suite with +\(Quantity.digits(slowDown * 100)) %", done: suite, total: suites)
        var settings = settings
        settings.seed = .random(in: 0 ... .max)
        let layer = settings.layers[suite % settings.layers.count]
        if slowDown > 0 { settings.injections = [.init(layer: layer, share: slowDown)] }
        let start = MonotonicClock.now()
        let experiment = Experiment(
          settings, builds: builds, machine: machine, controlKernel: kernel.time, log: { _ in })
        do { try experiment.prepare(verified: verified) } catch is ChildProcess.Interrupted { break }
        verified = experiment.replies
        let verdict = try experiment.run()
        // A suite that was cut off says nothing about the gate.
        if Interruption.isRequested { break }
        count.add(verdict, changed: slowDown > 0 ? layer : nil)
        count.seconds += Double(MonotonicClock.now() - start) / 1e9
        if slowDown == 0 {
          noise += Self.times(experiment)
          costs = experiment.costs
        }
      }
      measured.append(count)
      Progress().clear()
    }
    let document = simulate(measured, noise, costs)
    try database?.attach(document: document, schema: document.schema)
    if let json { try JSONOutput.write(document, to: json) }
    if json != "-" { GateSummary(document: document).print() }
    return max(document.status, Interruption.isRequested ? .notCovered : .good)
  }

  /// The blocks in which every layer was timed.
  private static func times(_ experiment: Experiment) -> [[BlockTimes]] {
    experiment.blocks.filter { $0.stage == 1 && $0.discarded == nil }.compactMap { block in
      let row = experiment.subjects.indices.compactMap { block.times(of: $0) }
      return row.count == experiment.subjects.count ? row : nil
    }
  }

  /// - Parameter costs: of blocks, as they came out.
  private func simulate(
    _ measured: [GateDocument.Measured], _ noise: [[BlockTimes]], _ costs: BlockCosts?
  ) -> GateDocument {
    let blocks = options.blocks ?? GateSettings.sturdyBlocks
    let power = Power(budget: settings.budget, screeningBlocks: blocks, confirmingBlocks: blocks)
    var simulated: [GateDocument.Simulated] = []
    if noise.count >= blocks {
      let columns = settings.layers.indices.map { index in noise.map { $0[index] } }
      let usual = Statistics.median(columns.compactMap(Noise.whilePlanning)) ?? .infinity
      let excess = NoiseShape(columns).excess(power, deviation: usual)
      let simulation = SuiteSimulation(
        noise: SuiteNoise(noise.map { $0.map(\.noise) }), need: settings.need(excess: excess),
        detect: settings.detect, costs: costs)
      for slowDown in [0, 0.02] + Self.slowDowns {
        let count = simulation.run(suites: options.simulated, slowDown: 1 + slowDown, seed: 1)
        simulated.append(.init(slowDown: slowDown, count: count))
      }
    }
    let forecast = Forecast(record: noise, pilot: min(GateSettings.pilotBlocks, blocks), power: power)
    let smallest = settings.layers.enumerated().compactMap { index, layer in
      forecast.result(comparison: index).map {
        GateDocument.Smallest(layer: layer, predicted: JSONNumber($0.predicted), real: JSONNumber($0.real))
      }
    }
    return GateDocument(
      schema: options.underLoad ? GateDocument.loadSchema : GateDocument.schema, machine: machine,
      threads: settings.threads, isUnderLoad: options.underLoad, layers: settings.layers,
      blocks: options.blocks,
      comparisons: settings.comparisons, measured: measured, recordedBlocks: noise.count,
      simulated: simulated,
      smallest: smallest)
  }
}

extension GateDocument.Measured {
  /// - Parameter changed: the layer that is slower in truth.
  fileprivate mutating func add(_ verdict: GateVerdict, changed layer: String?) {
    suites += 1
    blocks += verdict.keptBlocks + verdict.discarded.count
    discarded += verdict.discarded.count
    inconclusive += verdict.outcome == .inconclusive ? 1 : 0
    var isFalse = false
    for row in verdict.layers {
      if row.layer == layer {
        changed += 1
        found += row.change == .slower ? 1 : 0
        changedCalledSame += row.change == .same ? 1 : 0
      } else {
        unchanged += 1
        falseSlower += row.change == .slower ? 1 : 0
        isFalse = isFalse || row.change == .slower
      }
    }
    falseRed += isFalse ? 1 : 0
  }
}

extension GateDocument {
  /// Good unless the gate cries wolf more often than it promises, or misses a slow-down that nobody could miss. Counts of
  /// rare events are allowed three deviations above what is promised (Poisson).
  var status: ExitStatus {
    if isUnderLoad, measured.contains(where: { $0.falseRed > 0 }) { return .checkFailed }
    let runs =
      simulated.map { (suites: $0.count.suites, red: $0.count.falseRed) }
      + measured.map { (suites: $0.suites, red: $0.falseRed) }
    for run in runs {
      let promised = 0.01 * Double(run.suites)
      if Double(run.red) > promised + 3 * promised.squareRoot() + 1 { return .checkFailed }
    }
    let largest = measured.last { $0.slowDown >= 0.3 }
    // A few tries on a noisy machine may all be inconclusive, and rightly so; five misses of +30 % are a defect.
    if let largest, largest.changed >= 5, largest.found == 0 { return .checkFailed }
    return .good
  }
}

/// A thread that burns a core: beside the processes that are timed, as another program would.
private final class Load: Sendable {
  private let isStopped = Atomic<Bool>(false)

  init() {
    let thread = Thread { [weak self] in
      while let self, !self.isStopped.load(ordering: .relaxed) {}
    }
    thread.start()
  }

  func stop() { isStopped.store(true, ordering: .relaxed) }
}
