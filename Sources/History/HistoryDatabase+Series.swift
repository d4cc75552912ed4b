import Foundation
import GRDB

/// A layer on a backend, as a series over runs names it.
package struct SeriesSubject: Sendable, Hashable, Comparable {
  package var layer: String
  package var backend: String

  package init(layer: String, backend: String) {
    self.layer = layer
    self.backend = backend
  }

  package static func < (left: SeriesSubject, right: SeriesSubject) -> Bool {
    (left.layer, left.backend) < (right.layer, right.backend)
  }
}

/// One run's median in a series.
package struct SeriesPoint: Sendable, Hashable {
  package var run: String
  package var commit: String
  package var started: Date
  /// Nanoseconds per call.
  package var median: Double
}

extension HistoryDatabase {
  /// The medians of the newest runs of a series and network, in the order of their starts, by subject. Where a backend
  /// ran several algorithms, the first is the one that it chose.
  ///
  /// - Parameters:
  ///   - date: only runs that started before it.
  ///   - limit: how many runs, counted from the newest.
  package func medians(
    series: Series, network: String, before date: Date = .distantFuture, limit: Int = 50
  ) throws(HistoryError) -> [SeriesSubject: [SeriesPoint]] {
    try read { database in
      let sql = """
        WITH chosen AS (
          SELECT run.id AS id, uuid, git_commit, started FROM run
          JOIN machine ON machine.id = machine_id JOIN environment ON environment.id = environment_id
          WHERE network = ? AND started < ? AND identity = ? AND toolchain = ? AND configuration = ?
            AND build_flags = ? AND threads = ? AND isa = ? AND openblas_coretype IS ?
          ORDER BY started DESC, run.id DESC LIMIT ?)
        SELECT chosen.uuid, git_commit, started, layer.name AS layer, backend, median_ns
        FROM chosen JOIN result ON run_id = chosen.id JOIN layer ON layer.id = layer_id
        JOIN timing ON result_id = result.id
        WHERE result.id = (SELECT min(id) FROM result AS other WHERE other.run_id = result.run_id
          AND other.layer_id = result.layer_id AND other.backend = result.backend)
        ORDER BY started, chosen.id
        """
      let until = date == .distantFuture ? "9999" : ColumnCoding.text(date)
      let rows = try Row.fetchCursor(
        database, sql: sql,
        arguments: [
          network, until, series.machine, series.toolchain, series.configuration, series.flags,
          series.threads, series.instructionSet, series.openBLASCoreType, limit,
        ])
      var points: [SeriesSubject: [SeriesPoint]] = [:]
      var dates: [String: Date] = [:]
      while let row = try rows.next() {
        let started: String = row["started"]
        let date = dates[started] ?? ColumnCoding.date(started) ?? .distantPast
        dates[started] = date
        points[SeriesSubject(layer: row["layer"], backend: row["backend"]), default: []].append(
          SeriesPoint(run: row["uuid"], commit: row["git_commit"], started: date, median: row["median_ns"]))
      }
      return points
    }
  }

  /// The digests of the code that the runs timed, where they are known.
  package func hotCodes(of runs: [String]) throws(HistoryError) -> [String: String] {
    try read { database in
      let marks = databaseQuestionMarks(count: runs.count)
      let rows = try Row.fetchAll(
        database, sql: "SELECT uuid, hot_code FROM run WHERE hot_code IS NOT NULL AND uuid IN (\(marks))",
        arguments: StatementArguments(runs))
      return Dictionary(uniqueKeysWithValues: rows.map { ($0["uuid"] as String, $0["hot_code"] as String) })
    }
  }
}

extension RunRecorder {
  /// Records the digest of the code that is timed.
  package func record(hotCode digest: String) throws(HistoryError) {
    try database.write { database in
      try database.execute(sql: "UPDATE run SET hot_code = ? WHERE id = ?", arguments: [digest, runID])
    }
  }
}
