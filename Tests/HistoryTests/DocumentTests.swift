import Foundation
import Testing

@testable import History

@Suite("Documents in the record")
struct DocumentTests {
  private struct Curve: Codable, Hashable {
    var caught: [Double]
    var note: String
  }

  private let folder: TemporaryFolder
  private let database: HistoryDatabase

  init() throws {
    folder = try TemporaryFolder()
    database = try HistoryDatabase(path: folder.path("history.sqlite"), for: .recording)
  }

  @Test func comeBackByTheirSchemaNewestFirst() throws {
    let recorder = try database.begin(.sample())
    let curve = Curve(caught: [0.1, 1], note: "It's \"quoted\"")
    try recorder.attach(document: curve, schema: "curve/1")
    try database.attach(
      document: Curve(caught: [], note: ""), schema: "curve/1", created: Date(timeIntervalSince1970: 1))
    try database.attach(document: ["a": 1], schema: "other/1")
    let all = try database.documents(schema: "curve/1")
    #expect(all.map(\.run) == [recorder.uuid, nil])
    #expect(try all[0].decoded(as: Curve.self) == curve)
    #expect(Set(all.map(\.uuid)).count == 2)
    #expect(try database.documents(schema: "curve/1", run: "latest").map(\.run) == [recorder.uuid])
    #expect(try database.documents(schema: "none/1").isEmpty)
  }

  @Test func needARunThatIsThere() throws {
    #expect(throws: HistoryError.noSuchRun(reference: "zz", path: database.path)) {
      try database.attach(document: [1], schema: "curve/1", run: "zz")
    }
    #expect(try database.documents(schema: "curve/1").isEmpty)
  }

  @Test func mustBeJSON() throws {
    #expect(throws: HistoryError.self) { try database.attach(document: [Double.nan], schema: "curve/1") }
  }
}
