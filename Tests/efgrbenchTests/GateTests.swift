import Foundation
import Gate
import Measurement
import Testing

@testable import History

/// A record with two runs, each changed as a test wants it.
private struct Pair {
  var base = Self.run("aaaaaaaa-0000-4000-8000-000000000001", started: 1)
  var head = Self.run("bbbbbbbb-0000-4000-8000-000000000002", started: 2)
  var baseline: String? = "main"

  static func run(_ uuid: String, started: Double) -> RunRecord {
    let header = RunHeader(
      uuid: uuid, network: "efgrnet-vgg16-320-coco", started: Date(timeIntervalSince1970: started),
      machine: MachineInfo(
        cpuModel: "CPU", vendor: "v", signature: "s", architecture: "x86_64", logicalCPUs: 2,
        physicalCores: 2,
        caches: [], memoryBytes: 1 << 30, isVirtual: false, flags: []),
      environment: EnvironmentRecord(
        build: BuildInfo(toolchain: "Swift 6.3.1", configuration: "release", flags: "-O"), git: .unknown,
        threads: 2, instructionSet: "avx2",
        system: SystemState(
          operatingSystem: "os", kernel: "k", loadAverage: nil, openBLASCoreType: nil)),
      plannedLayers: 3)
    return RunRecord(header: header, status: .complete, layers: (0..<3).map(layer))
  }

  private static func layer(_ position: Int) -> LayerRecord {
    let samples = (0..<20).map { 1000 * (1 + 0.001 * Double($0 % 5 - 2)) }
    return LayerRecord(
      name: "conv\(position)", kind: "conv2d", position: position, attributes: "", inputShapes: [[1]],
      outputShape: [1], parameters: 1, macs: 1, bytes: 1,
      results: [
        ResultRecord(
          backend: "tiled", algorithm: "direct", status: .passed, elements: 9, maxRatio: 0.1,
          timing: TimingRecord(
            threads: 2, median: 1000, low: 999, high: 1001, coverage: 0.96, repetitions: 1, ending: .precise,
            gflops: nil, roofFraction: nil, samples: samples))
      ])
  }

  /// Makes a layer of the head take `ratio` times as long.
  mutating func slow(_ index: Int, _ ratio: Double) {
    head.layers[index].results[0].timing?.samples = (0..<20).map {
      1000 * ratio * (1 + 0.001 * Double($0 % 5 - 2))
    }
  }

  func write(to path: String) throws {
    let database = try HistoryDatabase(path: path, for: .recording)
    for run in [base, head] {
      let recorder = try database.begin(run.header)
      for layer in run.layers { try recorder.record(layer) }
      try recorder.finish(run.status)
    }
    if let baseline { try database.setBaseline(baseline, runs: [base.header.uuid]) }
  }
}

@Suite("efgrbench compare and ab") struct GateTests {
  private static func changed(_ change: (inout Pair) -> Void) -> Pair {
    var pair = Pair()
    change(&pair)
    return pair
  }

  /// What happened between two runs, the code that the comparison must end with, and words of its sentence.
  private static let cases: [(Pair, [String], Int32, String)] = [
    (Pair(), [], 0, "Nothing got slower by 25.0 % or more"),
    (changed { $0.head.layers[1].results[0].status = .failed }, [], 10, "1 result of the head failed"),
    (changed { $0.slow(1, 1.5) }, [], 20, "conv1 on tiled got slower"),
    (changed { $0.slow(1, 0.5) }, ["--fail-on-improvement"], 21, "1 comparison got faster"),
    (changed { $0.slow(1, 0.5) }, [], 0, "1 comparison got faster"),
    (changed { $0.slow(1, 1.15) }, [], 30, "Too noisy to tell"),
    (changed { $0.baseline = nil }, [], 31, "no baseline"),
    (changed { $0.head.header.machine.cpuModel = "another" }, [], 32, "machine"),
    (changed { $0.head.header.environment.build.toolchain = "Swift 7" }, [], 32, "toolchain"),
    (changed { $0.head.header.environment.build.flags = "-Onone" }, [], 32, "flags"),
    (changed { $0.head.header.environment.threads = 1 }, [], 32, "threads"),
    (changed { $0.head.layers.removeLast() }, [], 40, "could not be compared"),
    (changed { $0.head.layers[0].results[0].maxRatio = 0.25 }, [], 0, "Nothing got slower"),
    (changed { $0.head.layers[0].results[0].maxRatio = 0.25 }, ["--fail-on-accuracy"], 10, "lost precision"),
    // What failed has no speed, and correctness comes first.
    (
      changed {
        $0.slow(1, 2); $0.head.layers[1].results[0].status = .failed
      }, [], 10, "failed the check"
    ),
  ]

  @Test("end with the code of what happened, and verdict.json says the same", arguments: cases.indices)
  func compare(_ index: Int) throws {
    let (pair, options, code, words) = Self.cases[index]
    let workspace = try Workspace()
    try pair.write(to: workspace.folder.appending(path: "h.sqlite").path)
    let program = try workspace.run(
      ["compare", "main", "latest", "--db", "h.sqlite", "--junit", "junit.xml", "--markdown", "summary.md"]
        + options)
    #expect(program.status == code, "\(program.output)\(program.errors)")
    let verdict = try Self.verdict(in: workspace)
    #expect(verdict["exit_code"] as? Int == Int(code))
    #expect((verdict["sentence"] as? String)?.contains(words) == true, "\(verdict["sentence"] ?? "")")
    let summary = try String(contentsOf: workspace.folder.appending(path: "summary.md"), encoding: .utf8)
    #expect(summary.contains("exit code \(code)"))
    #expect(FileManager.default.fileExists(atPath: workspace.folder.appending(path: "junit.xml").path))
  }

  private static func verdict(in workspace: Workspace) throws -> [String: Any] {
    let data = try Data(contentsOf: workspace.folder.appending(path: "verdict.json"))
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  @Test("alert about a doubled error ratio that still passes")
  func accuracy() throws {
    let workspace = try Workspace()
    try Self.cases[12].0.write(to: workspace.folder.appending(path: "h.sqlite").path)
    let program = try workspace.run("compare", "main", "--db", "h.sqlite", "--annotations")
    #expect(program.output.contains("::warning title=precision::conv0 on tiled (direct) lost precision"))
    let alerts = try #require(try Self.verdict(in: workspace)["accuracy_alerts"] as? [[String: Any]])
    #expect(alerts.first?["head_max_ratio"] as? Double == 0.25)
  }

  @Test("carry a regression from new to confirmed, accepted and red again")
  func states() throws {
    let workspace = try Workspace()
    try Self.changed { $0.slow(1, 1.5) }.write(to: workspace.folder.appending(path: "h.sqlite").path)
    let compare = ["compare", "main", "latest", "--db", "h.sqlite"]
    func states() throws -> String { try workspace.run("history", "regressions", "--db", "h.sqlite").output }
    #expect(try workspace.run(compare).status == 20)
    #expect(try states().contains("new"))
    #expect(try workspace.run(compare).status == 20)
    #expect(try states().contains("confirmed"))
    let accept = ["history", "accept", "conv1", "--reason", "exact now", "--db", "h.sqlite"]
    #expect(try workspace.run(accept + ["--expires", "2999-01-01"]).status == 0)
    let accepted = try workspace.run(compare)
    #expect(accepted.status == 0 && accepted.output.contains("accepted"), "\(accepted.output)")
    #expect(try workspace.run(accept + ["--expires", "2001-01-01"]).status == 0)
    #expect(try workspace.run(compare).status == 20)
  }

  @Test("never alarm about the code when machine or toolchain change")
  func migration() throws {
    for index in 0..<4 {
      let workspace = try Workspace()
      let pair = Self.changed { pair in
        pair.slow(1, 1.5 + Double(index))
        if index % 2 == 0 {
          pair.head.header.machine.caches = [.init(level: 2, type: "unified", bytes: index, sharedBy: 1)]
        } else {
          pair.head.header.environment.build.toolchain = "Swift 6.4.\(index)"
        }
      }
      try pair.write(to: workspace.folder.appending(path: "h.sqlite").path)
      #expect(try workspace.run("compare", "main", "latest", "--db", "h.sqlite").status == 32)
    }
  }

  @Test("write the verdict of an error too")
  func errors() throws {
    let workspace = try Workspace()
    #expect(try workspace.run("compare", "main", "latest", "--db", "absent.sqlite").status == 65)
    #expect(try Self.verdict(in: workspace)["exit_code"] as? Int == 65)
    #expect(try workspace.run("ab", "--base", "a", "--head", "b", "--blocks", "2").status == 64)
    let verdict = try Self.verdict(in: workspace)
    #expect(verdict["exit_code"] as? Int == 64 && verdict["outcome"] as? String == "usage")
  }

  @Test("need no measuring where the machine code is the same")
  func sameCode() throws {
    let workspace = try Workspace()
    let program = try workspace.run(
      "ab", "--base", Program.executable.path, "--head", Program.executable.path, "--db", "h.sqlite")
    #expect(program.status == 0, "\(program.errors)")
    #expect(try Self.verdict(in: workspace)["is_same_code"] as? Bool == true)
  }

  @Test("refuse a program that is not ours")
  func foreign() throws {
    let workspace = try Workspace()
    let program = try workspace.run(
      "ab", "--base", Program.executable.path, "--head", "/bin/true", "--layers", "prior4", "--db", "h.sqlite"
    )
    #expect(program.status == 65)
    #expect(program.errors.contains("/bin/true does not serve"), "\(program.errors)")
  }

  /// That `ab` itself ends with 20 over an injected slow-down is shown by the step "the gate" of `.ci/run`: it measures,
  /// and other tests would be its noise.
  @Test("judge the recorded shards of a suite as a whole")
  func shards() throws {
    let workspace = try Workspace()
    for (shard, change) in [(1, Change.slower), (2, .same)] {
      let database = try HistoryDatabase(
        path: workspace.folder.appending(path: "\(shard).sqlite").path, for: .recording)
      let run = Pair.run("aaaaaaaa-0000-4000-8000-000000000001", started: 1).header
      let header = ExperimentHeader(
        suite: "s", shard: .init(number: shard, of: 2), network: run.network, machine: run.machine,
        base: run.environment, head: run.environment, baseHotCode: "aa", headHotCode: "bb")
      var verdict = GateVerdict(
        command: "ab", network: run.network, machine: run.machine.identity, base: .init(name: "old"),
        head: .init(name: "new"))
      verdict.settings = .init(budget: ErrorBudget(comparisons: 2), detect: 0.05)
      verdict.layers = [LayerVerdict(layer: "conv\(shard)", backend: "tiled", change: change)]
      try database.begin(header, subjects: []).finish(.complete, verdict: verdict)
    }
    #expect(
      try workspace.run("history", "merge", "1.sqlite", "2.sqlite", "--db", "all.sqlite").status == 0)
    let whole = try workspace.run("ab", "--judge", "--suite", "s", "--db", "all.sqlite")
    #expect(whole.status == 20, "\(whole.output)\(whole.errors)")
    #expect((try Self.verdict(in: workspace)["layers"] as? [Any])?.count == 2)
    // With a shard missing the whole is not covered.
    #expect(try workspace.run("ab", "--judge", "--suite", "s", "--db", "1.sqlite").status == 40)
  }

  @Test("end with 75 where another process writes for too long")
  func busy() throws {
    let workspace = try Workspace()
    let path = workspace.folder.appending(path: "h.sqlite").path
    try Self.changed { $0.slow(1, 1.5) }.write(to: path)
    // The regression can't be entered while this transaction is open.
    let folder = workspace.folder
    let program = try HistoryDatabase(path: path, for: .recording).write { _ in
      try Program(["compare", "main", "latest", "--db", "h.sqlite"], in: folder)
    }
    #expect(program.status == 75, "\(program.output)\(program.errors)")
    #expect(try Self.verdict(in: workspace)["outcome"] as? String == "busy")
  }

  @Test("end with 70 over a database whose inside is damaged")
  func damaged() throws {
    let workspace = try Workspace()
    let path = workspace.folder.appending(path: "h.sqlite").path
    try Pair().write(to: path)
    var data = try Data(contentsOf: URL(fileURLWithPath: path))
    // All pages but the first, which holds the version and the schema's root.
    data.replaceSubrange(4096..<data.count, with: Data(repeating: 0xA5, count: data.count - 4096))
    try data.write(to: URL(fileURLWithPath: path))
    let program = try workspace.run("compare", "main", "latest", "--db", "h.sqlite")
    #expect(program.status == 70, "\(program.output)\(program.errors)")
    #expect(try Self.verdict(in: workspace)["exit_code"] as? Int == 70)
  }

  @Test("show a run against the baseline of its own series, and of no other")
  func reportAgainstBaseline() throws {
    func markdown(_ change: (inout Pair) -> Void) throws -> String {
      let workspace = try Workspace()
      var pair = Pair()
      change(&pair)
      try pair.write(to: workspace.folder.appending(path: "h.sqlite").path)
      let program = try workspace.run("report", "--run", "bbbb", "--db", "h.sqlite", "--out", ".")
      #expect(program.status == 0, "\(program.errors)")
      return program.output
    }
    #expect(try markdown { _ in }.contains("from run aaaaaaaa"))
    #expect(try !markdown { $0.baseline = nil }.contains("aaaaaaaa"))
    #expect(try !markdown { $0.base.header.machine.cpuModel = "another" }.contains("aaaaaaaa"))
  }

  @Test("export what other tools read")
  func exports() throws {
    let workspace = try Workspace()
    try Pair().write(to: workspace.folder.appending(path: "h.sqlite").path)
    let csv = try workspace.run("history", "export", "--db", "h.sqlite").output.split(separator: "\n")
    #expect(csv.count == 7 && csv[0].hasPrefix("run,label,started,network,layer,backend"))
    let google = try workspace.run(
      "history", "export", "--format", "google-benchmark", "--run", "latest", "--db", "h.sqlite")
    let document = try #require(
      try JSONSerialization.jsonObject(with: Data(google.output.utf8)) as? [String: Any])
    let benchmarks = try #require(document["benchmarks"] as? [[String: Any]])
    #expect(benchmarks.count == 3 && benchmarks[0]["real_time"] as? Double == 1000)
    #expect(benchmarks[0]["name"] as? String == "efgrnet-vgg16-320-coco/conv0/tiled/direct")
    #expect(try workspace.run("history", "export", "--schema").output.contains("`v_layer_results`"))
  }
}
