import Foundation
import GRDB
import Gate
import Measurement
import Testing

@testable import History

extension ExperimentHeader {
  static func sample(uuid: String = "e-1", shard: Int = 1, of shards: Int = 1) -> ExperimentHeader {
    let run = RunHeader.sample()
    return ExperimentHeader(
      uuid: uuid, suite: "suite", shard: .init(number: shard, of: shards), label: "l", network: run.network,
      machine: run.machine, base: run.environment.withoutLoad, head: run.environment.withoutLoad,
      baseHotCode: "aa", headHotCode: "bb", started: run.started, plan: #"{"seed":1}"#)
  }
}

extension EnvironmentRecord {
  /// The load belongs to a run, not to an environment.
  fileprivate var withoutLoad: EnvironmentRecord {
    var copy = self
    copy.system.loadAverage = nil
    return copy
  }
}

extension BlockRecord {
  static func sample(_ number: Int, stage: Int = 1, discarded: String? = nil) -> BlockRecord {
    let arms: [BlockArm] = [.base, .head, .head, .control]
    return BlockRecord(
      number: number, stage: stage, discarded: discarded,
      visits: arms.enumerated().map { position, arm in
        VisitRecord(
          arm: arm,
          conditions: VisitConditions(
            wall: 1e9, steal: position == 0 ? nil : 5, involuntarySwitches: 3, minorFaults: 100,
            majorFaults: 0, instructions: position == 1 ? nil : 7e9 + Double(position),
            cycles: position == 1 ? nil : 3e9, controlKernel: 5e6),
          samples: [0: [100, 101, 99], 1: [Double(number), 2, 3]])
      })
  }
}

private let subjects = ["conv1_1", "pool1"].map { layer in
  ExperimentSubject(
    layer: layer, kind: "conv2d", backend: "tiled", repetitions: 4, baseAlgorithm: "a", headAlgorithm: "b",
    baseStatus: "passed", headStatus: "exact", baseMaxRatio: 0.25, headMaxRatio: nil)
}

@Suite("Experiments, baselines and regressions in the record")
struct GateRecordTests {
  private let folder: TemporaryFolder
  private let database: HistoryDatabase

  init() throws {
    folder = try TemporaryFolder()
    database = try HistoryDatabase(path: folder.path("history.sqlite"), for: .recording)
  }

  private func verdict() -> GateVerdict {
    var verdict = GateVerdict(
      command: "ab", network: "n", machine: "m", base: .init(name: "old"), head: .init(name: "new"))
    verdict.layers = [LayerVerdict(layer: "conv1_1", backend: "tiled", change: .same)]
    return verdict
  }

  @Test func anExperimentComesBackAsItWas() throws {
    let recorder = try database.begin(.sample(), subjects: subjects)
    let blocks = [BlockRecord.sample(1), .sample(2, discarded: "stolen"), .sample(3, stage: 2)]
    for block in blocks { try recorder.record(block) }
    #expect(try database.experiments().first?.status == .running)
    try recorder.finish(.complete, verdict: verdict())
    let back = try #require(try database.experiments(suite: "suite").first)
    #expect(back.header == .sample())
    #expect(back.subjects == subjects && back.blocks == blocks && back.verdict == verdict())
    #expect(back.status == .complete)
    #expect(back.blocks[0].times(of: 0)?.contrast == 0)
    let sum = try #require(back.blocks[1].times(ofSum: [0, 1]))
    #expect(abs(sum.base - 102) < 1e-9)
    #expect(try database.experiments(suite: "other").isEmpty)
  }

  @Test func aBaselineIsHeldForEachSeries() throws {
    _ = try database.begin(.sample(uuid: "aa-1", started: 1))
    _ = try database.begin(.sample(uuid: "bb-2", started: 2))
    var elsewhere = RunHeader.sample(uuid: "cc-3", started: 3)
    elsewhere.machine.cpuModel = "another"
    _ = try database.begin(elsewhere)
    try database.setBaseline("main", runs: ["aa-1", "cc-3"])
    try database.setBaseline("main", runs: ["bb"], note: "newer")
    #expect(try database.baselineHeaders("main").map(\.uuid) == ["cc-3", "bb-2"])
    #expect(try database.baselines().map(\.note) == ["", "newer"])
    try database.setBaseline("main", runs: ["aa-1", "bb-2"])
    #expect(try Set(database.baselineHeaders("main").map(\.uuid)) == ["aa-1", "bb-2", "cc-3"])
    #expect(try database.removeBaseline("main") == 3)
    #expect(try database.removeBaseline("main") == 0)
    #expect(throws: HistoryError.noSuchRun(reference: "zz", path: database.path)) {
      try database.setBaseline("main", runs: ["zz"])
    }
  }

  @Test func aRegressionChangesItsState() throws {
    let day = Date(timeIntervalSince1970: 1_790_000_000)
    var regression = RegressionRecord(
      series: "s", network: "n", layer: "l", backend: "tiled", measure: .time, state: .new, ratio: 1.1,
      baseCommit: "a", headCommit: "b", opened: day, changed: day)
    try database.save([regression])
    #expect(try database.regressions(series: "s") == [regression])
    regression.state = .accepted
    regression.reason = "exact"
    regression.expires = day.addingTimeInterval(10)
    try database.save([regression])
    let back = try #require(try database.regressions(network: "n", isOpen: true).first)
    #expect(back == regression)
    #expect(back.isAccepted(at: day) && !back.isAccepted(at: day.addingTimeInterval(10)))
    regression.state = .fixed
    try database.save([regression])
    #expect(try database.regressions(isOpen: true).isEmpty && database.regressions().count == 1)
  }

  @Test func aSeriesIsTheSameConditionsOnly() throws {
    for index in 0..<4 {
      var header = RunHeader.sample(uuid: "run-\(index)", started: Double(index))
      if index == 2 { header.environment.build.flags = "-Onone" }
      try database.begin(header).record(LayerRecord.sample())
    }
    let series = RunHeader.sample().series
    let medians = try database.medians(series: series, network: RunHeader.sample().network)
    let points = try #require(medians[SeriesSubject(layer: "conv1_1", backend: "tiled")])
    #expect(points.map(\.run) == ["run-0", "run-1", "run-3"] && points[0].median == 1500.5)
    #expect(medians.count == 1, "openblas failed and has no time")
    let before = try database.medians(
      series: series, network: RunHeader.sample().network, before: Date(timeIntervalSince1970: 3), limit: 1)
    #expect(before.values.first?.map(\.run) == ["run-1"])
    var other = series
    other.flags = "-Onone"
    #expect(other.differences(from: series) == ["flags: kernels -Ounchecked there, -Onone here"])
    #expect(series.differences(from: series).isEmpty)
  }

  @Test func hotCodesAreKept() throws {
    try database.begin(.sample(uuid: "a")).record(hotCode: "ff")
    _ = try database.begin(.sample(uuid: "b"))
    #expect(try database.hotCodes(of: ["a", "b"]) == ["a": "ff"])
  }
}

@Suite("Merging databases")
struct MergeTests {
  private let folder: TemporaryFolder
  private let here: HistoryDatabase
  private let there: HistoryDatabase

  init() throws {
    folder = try TemporaryFolder()
    here = try HistoryDatabase(path: folder.path("here.sqlite"), for: .recording)
    there = try HistoryDatabase(path: folder.path("there.sqlite"), for: .recording)
  }

  /// Every table's rows without the numbers that rows have in one database only.
  private func content(_ database: HistoryDatabase) throws -> [String: Int] {
    try database.read { connection in
      let tables = try String.fetchAll(
        connection, sql: "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
      return try Dictionary(
        uniqueKeysWithValues: tables.map {
          ($0, try Int.fetchOne(connection, sql: "SELECT count(*) FROM \($0)") ?? 0)
        })
    }
  }

  private func fill(_ database: HistoryDatabase, _ name: String, started: Double) throws {
    let recorder = try database.begin(.sample(uuid: "run-\(name)", started: started))
    try recorder.record(LayerRecord.sample())
    try recorder.record(LayerRecord.sample("only_\(name)", position: 1))
    try recorder.record(NetworkTotal(backend: "tiled", threads: 2, endToEnd: .sample, sumOfLayers: 3))
    try recorder.record(RefusedFile(file: name, message: "no"))
    try recorder.attach(document: [name], schema: "any/1")
    try recorder.finish(.complete)
    let experiment = try database.begin(.sample(uuid: "exp-\(name)"), subjects: subjects)
    try experiment.record(.sample(1))
    try experiment.finish(.complete, verdict: nil)
  }

  @Test func everythingComesOverOnce() throws {
    try fill(here, "here", started: 1)
    try fill(there, "there", started: 2)
    try there.setBaseline("main", runs: ["run-there"])
    #expect(
      try here.merge(path: there.path) == MergeSummary(runs: 1, experiments: 1, documents: 1))
    var expected = try there.run("run-there")
    #expect(try here.run("run-there") == expected)
    expected = try here.run("run-here")
    #expect(expected.layers.count == 2 && expected.totals.count == 1)
    #expect(try here.experiments().count == 2)
    #expect(try here.experiments().allSatisfy { $0.blocks == [.sample(1)] && $0.subjects == subjects })
    #expect(try Set(here.documents(schema: "any/1").map(\.run)) == ["run-there", "run-here"])
    #expect(try here.baselineHeaders("main").map(\.uuid) == ["run-there"])
    let before = try content(here)
    #expect(try here.merge(path: there.path) == MergeSummary())
    #expect(try content(here) == before)
    // And back: both then hold the same.
    _ = try there.merge(path: here.path)
    #expect(try content(there) == before)
  }

  @Test func machinesAndLayersAreSharedAfterwards() throws {
    try fill(here, "here", started: 1)
    try fill(there, "there", started: 2)
    _ = try here.merge(path: there.path)
    let counts = try content(here)
    #expect(counts["machine"] == 1 && counts["environment"] == 1 && counts["layer"] == 3)
    #expect(counts["timing"] == 6 && counts["sample"] == 6)
  }

  @Test func aRunThatHasEndedReplacesItself() throws {
    let recorder = try there.begin(.sample())
    try recorder.record(LayerRecord.sample())
    _ = try here.merge(path: there.path)
    #expect(try here.run().status == .running)
    try recorder.record(LayerRecord.sample("conv1_2", position: 1))
    try recorder.finish(.complete)
    _ = try here.merge(path: there.path)
    #expect(try here.run().status == .complete && here.run().layers.count == 2)
  }

  @Test func theLaterChangeHolds() throws {
    try fill(there, "there", started: 2)
    try there.setBaseline("main", runs: ["run-there"], at: Date(timeIntervalSince1970: 10))
    _ = try here.merge(path: there.path)
    try here.removeBaseline("main", at: Date(timeIntervalSince1970: 20))
    _ = try here.merge(path: there.path)
    #expect(try here.baselines().isEmpty)
    _ = try there.merge(path: here.path)
    #expect(try there.baselines().isEmpty)
  }

  @Test func anOlderDatabaseIsReadAndLeftAlone() throws {
    let old = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "Databases/version1.sqlite")
    let copy = URL(fileURLWithPath: folder.path("old.sqlite"))
    try FileManager.default.copyItem(at: old, to: copy)
    #expect(try here.merge(path: copy.path).runs == 1)
    #expect(try here.run().layers.map(\.name) == ["conv9_2", "prior4", "detections"])
    #expect(try Data(contentsOf: copy) == Data(contentsOf: old))
  }

  @Test func badFilesAreNamed() throws {
    #expect(throws: HistoryError.missing(path: "/nowhere.sqlite")) { try here.merge(path: "/nowhere.sqlite") }
    let path = folder.path("text.sqlite")
    try Data(repeating: 65, count: 5000).write(to: URL(fileURLWithPath: path))
    #expect(throws: HistoryError.notADatabase(path: path)) { try here.merge(path: path) }
    try fill(here, "here", started: 1)
    #expect(try here.runs().count == 1)
  }
}
