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

private struct LayerOnBackend: Hashable {
  let layer: Int64
  let backend: String
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
        SELECT run.id, uuid, git_commit, started FROM run
        JOIN machine ON machine.id = machine_id JOIN environment ON environment.id = environment_id
        WHERE network = ? AND started < ? AND identity = ? AND toolchain = ? AND configuration = ?
          AND build_flags = ? AND threads = ? AND isa = ? AND openblas_coretype IS ?
        ORDER BY started DESC, run.id DESC LIMIT ?
        """
      let until = date == .distantFuture ? "9999" : ColumnCoding.text(date)
      let runs = try Row.fetchAll(
        database, sql: sql,
        arguments: [
          network, until, series.machine, series.toolchain, series.configuration, series.flags,
          series.threads, series.instructionSet, series.openBLASCoreType, limit,
        ])
      var points: [LayerOnBackend: [SeriesPoint]] = [:]
      for run in runs.reversed() {
        let point = SeriesPoint(
          run: run["uuid"], commit: run["git_commit"],
          started: ColumnCoding.date(run["started"]) ?? .distantPast, median: 0)
        for (subject, median) in try Self.medians(of: run["id"], in: database) {
          var point = point
          point.median = median
          points[subject, default: []].append(point)
        }
      }
      let names = try Row.fetchAll(
        database, sql: "SELECT id, name FROM layer WHERE network = ?", arguments: [network]
      ).map { ($0[0] as Int64, $0[1] as String) }
      let byID = Dictionary(uniqueKeysWithValues: names)
      // A layer whose shape changed is another one in the record, and the same in the series.
      var named: [SeriesSubject: [SeriesPoint]] = [:]
      for (subject, own) in points {
        named[SeriesSubject(layer: byID[subject.layer] ?? "", backend: subject.backend), default: []] += own
      }
      return named.mapValues { $0.sorted { $0.started < $1.started } }
    }
  }

  /// A run's medians, of the algorithm that each backend chose.
  private static func medians(of run: Int64, in database: Database) throws -> [LayerOnBackend: Double] {
    let statement = try database.cachedStatement(
      sql: """
        SELECT layer_id, backend, median_ns FROM result LEFT JOIN timing ON result_id = result.id
        WHERE run_id = ? ORDER BY result.id
        """)
    var medians: [LayerOnBackend: Double?] = [:]
    let rows = try Row.fetchCursor(statement, arguments: [run])
    while let row = try rows.next() {
      let subject = LayerOnBackend(layer: row[0], backend: row[1])
      if medians[subject] == nil { medians[subject] = .some(row[2]) }
    }
    return medians.compactMapValues { $0 }
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
