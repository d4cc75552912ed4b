import Foundation
import GRDB
import History
import Testing

@testable import Reporting

/// A database with 500 runs of 70 layers on two backends.
@Suite("A long history")
struct ManyRunsTests {
  private let database: HistoryDatabase
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
    "runs-\(UUID().uuidString)")

  init() throws {
    let path = folder.appendingPathComponent("history.sqlite").path
    database = try HistoryDatabase(path: path, for: .recording)
    var run = FakeRun.complete()
    run.layers = Array(run.layers.prefix(70))
    let recorder = try database.begin(run.header)
    for layer in run.layers { try recorder.record(layer) }
    for total in run.totals { try recorder.record(total) }
    try recorder.attach(document: FakeRun.errors(of: run), schema: ErrorsDocument.schema)
    try recorder.attach(document: FakeRun.network(of: run), schema: NetworkDocument.schema)
    try recorder.finish(.complete)
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
      "many-runs.sql")
    let sql = try String(contentsOf: script, encoding: .utf8)
    try DatabaseQueue(path: path).write { try $0.execute(sql: sql) }
  }

  private func contents() throws -> ReportContents {
    let run = try database.run()
    let schemas = [ErrorsDocument.schema, NetworkDocument.schema]
    return ReportContents(
      run, past: try database.past(),
      documents: try schemas.flatMap { schema in
        try database.documents(schema: schema).map { AttachedDocument(schema: $0.schema, json: $0.json) }
      })
  }

  @Test func thePageIsSmallAndAlwaysTheSame() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let first = try contents()
    #expect(first.past.runs.count == 500)
    #expect(first.past.results.allSatisfy { $0.points.count == 500 })
    #expect(first.past.results.count == first.run.layers.reduce(0) { $0 + $1.results.count })
    #expect(first.past.totals["tiled"]?.count == 500)
    let page = HTMLPage(first).text
    #expect(page == HTMLPage(try contents()).text)
    #expect(page.utf8.count <= 3_000_000, "\(page.utf8.count) bytes")
    let history = HistoryReport(first.run, past: first.past).html
    #expect(history.utf8.count <= 3_000_000, "\(history.utf8.count) bytes")
  }
}
