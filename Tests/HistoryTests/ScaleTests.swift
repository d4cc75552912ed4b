import Foundation
import GRDB
import Testing

@testable import History

@Suite("A long history")
struct ScaleTests {
  /// 200 runs × 70 layers × 3 backends: what a comparison asks of them. The plans of the queries are looked at instead of
  /// a clock: none may go through the results of all runs.
  @Test func theQueriesOfAComparisonUseIndices() throws {
    let folder = try TemporaryFolder()
    let database = try HistoryDatabase(path: folder.path("history.sqlite"), for: .recording)
    let queries = [
      "SELECT * FROM result WHERE run_id = 1", "SELECT * FROM network_total WHERE run_id = 1",
      "SELECT * FROM run WHERE network = 'n' AND started < '2026' ORDER BY started DESC LIMIT 50",
      "SELECT * FROM timing WHERE result_id = 1", "SELECT * FROM document WHERE schema = 'a/1'",
      "SELECT * FROM document WHERE run_id = 1", "SELECT * FROM experiment WHERE suite = 's'",
      "SELECT * FROM visit_sample WHERE experiment_layer_id = 1",
      "SELECT * FROM regression WHERE series = 's' AND network = 'n'",
    ]
    for query in queries {
      let plan = try database.read { try Row.fetchAll($0, sql: "EXPLAIN QUERY PLAN \(query)") }
        .map { $0["detail"] as String }.joined(separator: "; ")
      #expect(plan.contains("USING") && !plan.contains("SCAN"), "\(query): \(plan)")
    }
  }
}
