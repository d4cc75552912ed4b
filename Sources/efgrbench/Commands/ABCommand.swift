import ArgumentParser
import Backends
import Catalogue
import Foundation
import Gate
import History
import Measurement
import TiledBackend

/// Two builds against each other.
struct ABCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ab", abstract: "Compares two builds in interleaved processes on this machine, now.",
    discussion: """
      Example: efgrbench ab --base old/efgrbench --head new/efgrbench --detect 5%

      Both builds are verified, then timed in blocks of four fresh processes: base, head and a control, which is the \
      base once more. They take turns layer by layer, in a balanced order that coins choose anew for every block. \
      What differs is measured afresh before it is called slower. Algorithms follow the layers' sizes or --algorithm; no book of plans is read, lest \
      the builds differ in what was measured before. Exit codes: 0 nothing got slower by as much as --detect, 20 something did, \
      21 improvement only (--fail-on-improvement), 30 too noisy to tell or the control is biased, 10 a check failed, \
      40 something was not measured.
      """)

  @Option(help: ArgumentHelp("The old build's program.", valueName: "exe"))
  var base: String?
  @Option(help: ArgumentHelp("The new build's program.", valueName: "exe"))
  var head: String?
  @OptionGroup var network: NetworkOptions
  @OptionGroup var kernels: KernelOptions
  @Option(help: ArgumentHelp("Which implementations (default: tiled).", valueName: "a,b"))
  var backends = "tiled"
  @Option(
    help: ArgumentHelp("The slow-down to be found 95 times in 100; it chooses the blocks.", valueName: "5%"))
  var detect = "5%"
  @Option(help: ArgumentHelp("The time for all blocks.", valueName: "minutes"))
  var minutes = 10.0
  @Option(help: ArgumentHelp("Blocks of each stage, instead of what --detect asks for.", valueName: "n"))
  var blocks: Int?
  @Option(help: ArgumentHelp("Samples of each layer in a process.", valueName: "n"))
  var passes = GateSettings.passes
  @Option(help: ArgumentHelp("What caches hold: hot, cold-weights, cold.", valueName: "state"))
  var cache = "hot"
  @Option(help: ArgumentHelp("Only the i-th of n parts of the layers, for n jobs.", valueName: "i/n"))
  var shard: String?
  @Option(
    help: ArgumentHelp(
      "What the shards of one comparison share (default: from the builds).", valueName: "name"))
  var suite: String?
  @Flag(help: "Judge a suite whose shards were recorded and merged; measures nothing.")
  var judge = false
  @Option(help: ArgumentHelp("The folder of golden packs, used where it is there.", valueName: "folder"))
  var golden = "Golden"
  @OptionGroup var record: RecordOptions
  @Option(help: ArgumentHelp("A name for it in the record.", valueName: "text"))
  var label = ""
  @Option(help: ArgumentHelp("Seed of the coins, to repeat an order.", valueName: "n"))
  var seed: UInt64?
  @Flag(help: "Measure even where both builds have the same machine code.")
  var force = false
  @Option(help: .hidden)
  var inject: [String] = []
  @OptionGroup var output: VerdictOptions

  func run() throws {
    try endingProgram {
      Interruption.listen()
      signal(SIGPIPE, SIG_IGN)
      return try output.delivering(unknown) {
        judge ? try SuiteJudgement(suite: suite, db: record.db).verdict() : try measure()
      }
    }
  }

  /// What is known before anything was looked at.
  private var unknown: GateVerdict {
    GateVerdict(
      command: "ab", network: network.network, machine: MachineInfo.current().identity,
      base: .init(name: base ?? ""), head: .init(name: head ?? ""))
  }

  private func measure() throws -> GateVerdict {
    guard let base, let head else { throw ProgramError.usage("ab needs --base and --head.") }
    let settings = try settings()
    try Self.checkPower(settings)
    let builds = try Builds(base: base, head: head)
    if builds.isSameCode && !force {
      var verdict = unknown
      verdict.base.commit = builds.base.git.commit
      verdict.head.commit = builds.head.git.commit
      verdict.isSameCode = true
      return verdict
    }
    let database = try HistoryDatabase(path: record.db, for: .recording)
    let machine = MachineInfo.current()
    let experiment = Experiment(
      settings, builds: builds, machine: machine,
      controlKernel: ControlKernel().time, log: { print($0) })
    try experiment.prepare()
    let header = try header(builds, settings, machine, experiment.replies)
    try experiment.record(in: database, header)
    var verdict = try experiment.run()
    try RegressionBook(database: database, series: header.headSeries.key, isConfirmed: true).enter(&verdict)
    return verdict
  }

  /// Refuses blocks that could never end in red.
  static func checkPower(_ settings: GateSettings) throws {
    let budget = settings.budget
    let least = max(budget.leastScreeningBlocks, budget.leastConfirmingBlocks)
    if let blocks = settings.blocks, blocks < least {
      throw ProgramError.usage(
        "With \(blocks) blocks no slow-down could ever be found, however large: with "
          + "\(budget.comparisons) comparisons at least \(least) are needed.")
    }
    guard settings.detect > budget.margin else {
      throw ProgramError.usage(
        "--detect must be above \(Quantity.digits(budget.margin * 100)) %, which counts as no change.")
    }
  }

  private func settings() throws -> GateSettings {
    let (network, steps) = try self.network.resolve()
    let names = backends.split(separator: ",").map(String.init)
    for name in names where !ComputeOptions.backendNames.contains(name) {
      throw ProgramError.usage(
        "There is no backend \"\(name)\"; there are \(ComputeOptions.backendNames.joined(separator: ", ")).")
    }
    guard let cache = ChildRequest.Cache(rawValue: cache) else {
      throw ProgramError.usage("There is no --cache \(self.cache); there are hot, cold-weights and cold.")
    }
    guard minutes > 0, passes > 0, passes <= 1000, !names.isEmpty else {
      throw ProgramError.usage("--minutes, --passes and --backends must leave something to measure.")
    }
    let shard = try self.shard.map(ShardOption.init)
    let isWhole = steps.count == network.steps.count && shard == nil
    let chosen = shard?.select(steps) ?? steps
    guard !chosen.isEmpty else { throw ProgramError.usage("This shard has no layers.") }
    return GateSettings(
      network: network.name, layers: chosen.map(\.layer.name), backends: names,
      threads: try kernels.resolveThreads(), instructionSet: try kernels.resolveInstructionSet().rawValue,
      algorithm: kernels.algorithm,
      golden: FileManager.default.fileExists(atPath: golden) ? golden : nil,
      detect: try Self.share(detect), seconds: minutes * 60, blocks: blocks, passes: passes, cache: cache,
      seed: seed ?? .random(in: 0 ... .max),
      comparisons: steps.count * names.count + (isWhole ? names.count : 0),
      isWhole: isWhole, injections: try inject.map(Self.injection))
  }

  /// `5%` and `0.05` are the same.
  static func share(_ text: String) throws -> Double {
    let number = text.hasSuffix("%") ? Double(text.dropLast()).map { $0 / 100 } : Double(text)
    guard let number, number > 0, number < 10 else {
      throw ProgramError.usage("\"\(text)\" is no share such as 5%.")
    }
    return number
  }

  /// `conv4_2=5%`.
  private static func injection(_ text: String) throws -> GateSettings.Injection {
    let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
    guard parts.count == 2 else { throw ProgramError.usage("--inject takes layer=share.") }
    return GateSettings.Injection(layer: parts[0], share: try share(parts[1]))
  }

  private func header(
    _ builds: Builds, _ settings: GateSettings, _ machine: MachineInfo,
    _ replies: (base: ChildReply, head: ChildReply)?
  ) throws -> ExperimentHeader {
    func environment(_ build: Builds.Build, _ info: BuildInfo?) -> EnvironmentRecord {
      EnvironmentRecord(
        build: info ?? BuildInfo(toolchain: "unknown", configuration: "unknown", flags: "unknown"),
        git: build.git, threads: settings.threads, instructionSet: settings.instructionSet,
        system: .current())
    }
    let shard = try self.shard.map(ShardOption.init)
    return ExperimentHeader(
      suite: suite ?? "\(builds.base.hotCode.prefix(8))-\(builds.head.hotCode.prefix(8))",
      shard: .init(number: shard?.number ?? 1, of: shard?.of ?? 1), label: label, network: settings.network,
      machine: machine, base: environment(builds.base, replies?.base.build),
      head: environment(builds.head, replies?.head.build), baseHotCode: builds.base.hotCode,
      headHotCode: builds.head.hotCode,
      plan: String(decoding: try JSONEncoder().encode(settings), as: UTF8.self))
  }
}

/// The same instructions on one thread of this process, again and again: what they take tells of the machine, not of
/// any build.
struct ControlKernel {
  private let tiled: TiledBackend
  private let rounds: Int

  /// Finds how many rounds take about 5 ms.
  init() {
    let tiled = TiledBackend(threads: 1)
    let trial = 20_000
    let times = (0..<3).map { _ in MonotonicClock.time { tiled.runPeakKernel(iterations: trial) }.nanoseconds
    }
    let quickest = max(Double(times.min() ?? 1), 1)
    rounds = max(1, Int(5e6 / quickest * Double(trial)))
    self.tiled = tiled
  }

  /// Nanoseconds of one call.
  func time() -> Double {
    Double(MonotonicClock.time { tiled.runPeakKernel(iterations: rounds) }.nanoseconds)
  }
}
