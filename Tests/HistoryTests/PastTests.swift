import Foundation
import Testing

@testable import History

@Suite("The past of a run")
struct PastTests {
  private let folder: TemporaryFolder
  private let database: HistoryDatabase

  init() throws {
    folder = try TemporaryFolder()
    database = try HistoryDatabase(path: folder.path("history.sqlite"), for: .recording)
  }

  @discardableResult
  private func record(
    _ number: Int, network: String = "n", median: Double = 1000, change: (inout RunHeader) -> Void = { _ in }
  ) throws -> String {
    var header = RunHeader.sample(
      uuid: "\(number)", started: 1_790_000_000 + Double(number) * 3600, network: network)
    change(&header)
    let recorder = try database.begin(header)
    var layer = LayerRecord.sample()
    layer.results[0].timing?.median = median
    var candidate = layer.results[0]
    candidate.algorithm = "other"
    candidate.timing?.median = 1
    layer.results.insert(candidate, at: 1)
    try recorder.record(layer)
    try recorder.record(
      NetworkTotal(backend: "tiled", threads: 2, endToEnd: number == 2 ? nil : .sample, sumOfLayers: 77))
    try recorder.finish(.complete)
    return header.uuid
  }

  @Test func likeIsPutBesideLike() throws {
    for number in 1...4 { try record(number, median: Double(number) * 100) }
    try record(5, network: "other")
    try record(6) { $0.environment.threads = 1 }
    try record(7) { $0.machine.cpuModel = "another" }
    try record(8, median: 800)
    try record(9, median: 900)
    let past = try database.past(of: "8")
    #expect(past.runs.map(\.uuid) == ["1", "2", "3", "4", "8"])
    let tiled = try #require(past.results.first { $0.backend == "tiled" })
    #expect(tiled.layer == "conv1_1")
    #expect(tiled.points.map(\.median) == [100, 200, 300, 400, 800])
    #expect(tiled.points.map(\.run) == [0, 1, 2, 3, 4])
    #expect(tiled.points.allSatisfy { $0.isGood })
    let wrong = try #require(past.results.first { $0.backend == "openblas" })
    #expect(wrong.points.allSatisfy { !$0.isGood && $0.median == nil })
    #expect(past.totals["tiled"] == [1500.5, 77, 1500.5, 1500.5, 1500.5])
  }

  @Test func itCanBeCut() throws {
    for number in 1...5 { try record(number) }
    #expect(try database.past(of: "5", limit: 2).runs.map(\.uuid) == ["4", "5"])
    let since = Date(timeIntervalSince1970: 1_790_000_000 + 3.5 * 3600)
    #expect(try database.past(of: "5", since: since).runs.map(\.uuid) == ["4", "5"])
    #expect(try database.past(of: "2", since: since).runs.map(\.uuid) == ["2"])
  }

  @Test func layersOfOtherShapesAreOthers() throws {
    let recorder = try database.begin(.sample(uuid: "1", started: 1_790_000_000, network: "n"))
    var layer = LayerRecord.sample()
    layer.attributes = "1×1"
    try recorder.record(layer)
    try record(2)
    #expect(try database.past(of: "2").results.allSatisfy { $0.points.map(\.run) == [1] })
  }
}
