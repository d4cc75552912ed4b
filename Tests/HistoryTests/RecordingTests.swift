import Foundation
import GRDB
import Measurement
import Testing

@testable import History

@Suite("Recording and reading runs")
struct RecordingTests {
  private let folder: TemporaryFolder
  private let database: HistoryDatabase

  init() throws {
    folder = try TemporaryFolder()
    database = try HistoryDatabase(path: folder.path("sub/history.sqlite"), for: .recording)
  }

  @Test func aWholeRunComesBackAsItWas() throws {
    let header = RunHeader.sample()
    let total = NetworkTotal(backend: "tiled", threads: 2, endToEnd: .sample, sumOfLayers: 1400)
    let untimed = NetworkTotal(backend: "reference", threads: 2, endToEnd: nil, sumOfLayers: nil)
    let refused = RefusedFile(file: "a,\"b.safetensors", message: "It has no output.")
    let recorder = try database.begin(header)
    try recorder.record(LayerRecord.sample("conv1_2", position: 1))
    try recorder.record(LayerRecord.sample())
    try recorder.record(total)
    try recorder.record(untimed)
    try recorder.record(refused)
    let finished = Date(timeIntervalSince1970: 1_790_000_100.5)
    try recorder.finish(.complete, at: finished)
    let expected = RunRecord(
      header: header, status: .complete, finished: finished, totals: [total, untimed],
      layers: [.sample(), .sample("conv1_2", position: 1)], refused: [refused])
    #expect(try database.run() == expected)
  }

  @Test func recordingALayerAgainReplacesIt() throws {
    let recorder = try database.begin(.sample())
    try recorder.record(LayerRecord.sample())
    var again = LayerRecord.sample()
    again.results.removeLast()
    try recorder.record(again)
    #expect(try database.run().layers == [again])
  }

  @Test func roofsMayComeLater() throws {
    var header = RunHeader.sample()
    let roofs = try #require(header.roofs)
    header.roofs = nil
    let recorder = try database.begin(header)
    #expect(try database.run().header.roofs == nil)
    try recorder.record(roofs)
    #expect(try database.run().header.roofs == roofs)
  }

  @Test func notANumberBecomesNothing() throws {
    var layer = LayerRecord.sample()
    layer.results[0].maxRatio = .nan
    layer.results[1].firstFailure?.got = .nan
    try database.begin(.sample()).record(layer)
    let results = try #require(try database.run().layers.first?.results)
    #expect(results[0].maxRatio == nil)
    #expect(results[1].maxRatio == .infinity)
    #expect(results[1].firstFailure?.got.isNaN == true)
  }

  @Test func machinesEnvironmentsAndLayersAreShared() throws {
    for index in 0..<3 {
      let recorder = try database.begin(.sample(uuid: "run-\(index)", started: Double(index)))
      try recorder.record(LayerRecord.sample())
    }
    for table in ["machine", "environment", "layer"] {
      let count = try database.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM \(table)") }
      #expect(count == 1, "\(table)")
    }
  }

  @Test func runsAreListedNewestFirst() throws {
    try database.begin(.sample(uuid: "aa-1", started: 10)).finish(.interrupted)
    let second = try database.begin(.sample(uuid: "ab-2", started: 20, network: "other"))
    try second.record(LayerRecord.sample())
    let runs = try database.runs()
    #expect(runs.map(\.uuid) == ["ab-2", "aa-1"])
    #expect(runs.map(\.status) == [.running, .interrupted])
    #expect(runs[0].layers == 1 && runs[0].plannedLayers == 2)
    #expect(runs[0].results == 2 && runs[0].badResults == 1)
    #expect(runs[0].maxRatio == .infinity)
    #expect(try database.runs(network: "other").map(\.uuid) == ["ab-2"])
    #expect(try database.runs(limit: 1).map(\.uuid) == ["ab-2"])
  }

  @Test func runsAreFoundByTheBeginningOfTheirUUID() throws {
    let path = database.path
    #expect(throws: HistoryError.empty(path: path)) { try database.run() }
    _ = try database.begin(.sample(uuid: "aa-1", started: 10))
    _ = try database.begin(.sample(uuid: "ab-2", started: 20))
    #expect(try database.resolve("AA") == "aa-1")
    #expect(try database.resolve("latest") == "ab-2")
    #expect(throws: HistoryError.ambiguousRun(reference: "a", matches: ["aa-1", "ab-2"])) {
      try database.resolve("a")
    }
    #expect(throws: HistoryError.noSuchRun(reference: "zz", path: path)) { try database.resolve("zz") }
    #expect(throws: HistoryError.noSuchRun(reference: "", path: path)) { try database.resolve("") }
    #expect(throws: HistoryError.noSuchRun(reference: "%", path: path)) { try database.resolve("%") }
  }

  @Test func thePromisedViewsHaveTheirColumns() throws {
    try database.begin(.sample()).record(LayerRecord.sample())
    let (columns, rows) = try database.read { database in
      (
        try database.columns(in: "v_layer_results").map(\.name),
        try Row.fetchAll(database, sql: "SELECT * FROM v_layer_results")
      )
    }
    #expect(
      columns == [
        "run", "network", "layer", "backend", "algorithm", "status", "max_ratio", "median_ns", "gflops",
      ])
    #expect(rows.count == 2)
    #expect(rows.first?["layer"] == "conv1_1")
    #expect(rows.first?["median_ns"] == 1500.5)
  }
}
