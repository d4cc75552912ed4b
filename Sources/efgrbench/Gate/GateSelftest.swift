import Catalogue
import Foundation
import Gate
import History
import Measurement
import Reporting

/// The gate against itself: this program as base and as head, with nothing changed and with known slow-downs, and
/// thousands of suites on the noise that was recorded by it.
struct GateSelftest {
  let options: GateTestOptions
  /// The slow-downs that are put in.
  static let slowDowns = [0.03, 0.05, 0.10, 0.30]

  private let program: String
  private let settings: GateSettings
  private let machine = MachineInfo.current()

  init(_ options: GateTestOptions) throws {
    self.options = options
    program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path
    let network = try Network.named("efgrnet-vgg16-320-coco")
    let steps = network.steps(matching: options.gateLayers)
    guard !steps.isEmpty else {
      throw ProgramError.usage("No layer of \(network.name) matches \"\(options.gateLayers)\".")
    }
    settings = GateSettings(
      network: network.name, layers: steps.map(\.layer.name), backends: ["tiled"],
      threads: try options.kernels.resolveThreads(),
      instructionSet: try options.kernels.resolveInstructionSet().rawValue,
      algorithm: options.kernels.algorithm,
      golden: nil, detect: 0.05,
      seconds: 600, blocks: options.blocks, passes: 3, cache: .hot, seed: 0, comparisons: steps.count,
      isWhole: false)
    try ABCommand.checkPower(settings)
  }

  func run() throws -> ExitStatus {
    signal(SIGPIPE, SIG_IGN)
    let database = try options.record.map { try HistoryDatabase(path: $0, for: .recording) }
    let builds = try Builds(base: program, head: program)
    let kernel = ControlKernel()
    var verified: (base: ChildReply, head: ChildReply)?
    var noise: [[Double]] = []
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
        let experiment = Experiment(
          settings, builds: builds, machine: machine, controlKernel: kernel.time, log: { _ in })
        try experiment.prepare(verified: verified)
        verified = experiment.replies
        let verdict = try experiment.run()
        count.add(verdict, changed: slowDown > 0 ? layer : nil)
        if slowDown == 0 { noise += Self.contrasts(experiment) }
      }
      measured.append(count)
      Progress().clear()
    }
    let document = simulate(measured, noise)
    try database?.attach(document: document, schema: GateDocument.schema)
    if let json = options.gateJSON { try JSONOutput.write(document, to: json) }
    if options.gateJSON != "-" { GateSummary(document: document).print() }
    return document.status
  }

  /// The contrasts of the blocks in which every layer was timed.
  private static func contrasts(_ experiment: Experiment) -> [[Double]] {
    experiment.blocks.filter { $0.stage == 1 && $0.discarded == nil }.compactMap { block in
      let row = experiment.subjects.indices.compactMap { block.times(of: $0)?.contrast }
      return row.count == experiment.subjects.count ? row : nil
    }
  }

  private func simulate(_ measured: [GateDocument.Measured], _ noise: [[Double]]) -> GateDocument {
    let blocks = options.blocks
    let power = Power(budget: settings.budget, screeningBlocks: blocks, confirmingBlocks: blocks)
    var simulated: [GateDocument.Simulated] = []
    var smallest: [GateDocument.Smallest] = []
    if noise.count >= blocks {
      let simulation = SuiteSimulation(
        noise: SuiteNoise(contrasts: noise), power: power, detect: settings.detect)
      for slowDown in [0, 0.02] + Self.slowDowns {
        let count = simulation.run(suites: options.simulated, slowDown: 1 + slowDown, seed: 1)
        simulated.append(.init(slowDown: slowDown, count: count))
      }
      for (index, layer) in settings.layers.enumerated() {
        guard let deviation = Noise.observed(WalshAverages(noise.prefix(400).map { $0[index] })) else {
          continue
        }
        smallest.append(
          .init(
            layer: layer, predicted: JSONNumber(power.smallestVisible(noise: deviation) - 1),
            real: JSONNumber(simulation.smallestVisible(comparison: index, trials: 1000, seed: 2) - 1)))
      }
    }
    return GateDocument(
      machine: machine, threads: settings.threads, layers: settings.layers, blocks: blocks,
      comparisons: settings.comparisons, measured: measured, recordedBlocks: noise.count,
      simulated: simulated,
      smallest: smallest)
  }
}

extension GateDocument.Measured {
  /// - Parameter changed: the layer that is slower in truth.
  fileprivate mutating func add(_ verdict: GateVerdict, changed layer: String?) {
    suites += 1
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
    let runs =
      simulated.map { (suites: $0.count.suites, red: $0.count.falseRed) }
      + measured.map { (suites: $0.suites, red: $0.falseRed) }
    for run in runs {
      let promised = 0.01 * Double(run.suites)
      if Double(run.red) > promised + 3 * promised.squareRoot() + 1 { return .checkFailed }
    }
    let largest = measured.last { $0.slowDown >= 0.3 }
    if let largest, largest.changed > 0, largest.found == 0 { return .checkFailed }
    return .good
  }
}
