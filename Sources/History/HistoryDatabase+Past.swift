import Foundation
import GRDB
import Measurement

/// One run among those that a layer's past is told from.
package struct PastRun: Sendable, Hashable, Codable {
  package var uuid: String
  package var label: String
  package var started: Date
  package var commit: String
  package var status: RunStatus

  package init(uuid: String, label: String, started: Date, commit: String, status: RunStatus) {
    self.uuid = uuid
    self.label = label
    self.started = started
    self.commit = commit
    self.status = status
  }
}

/// What earlier runs found of one layer on one backend: the first algorithm of each run, oldest run first.
package struct PastResults: Sendable, Hashable {
  /// One run's result.
  package struct Point: Sendable, Hashable {
    /// The run's place in ``Past/runs``.
    package var run: Int
    /// Nanoseconds per call; nil where it was not timed.
    package var median: Double?
    /// The largest |error| / guaranteed bound.
    package var ratio: Double?
    package var isGood: Bool

    package init(run: Int, median: Double?, ratio: Double?, isGood: Bool) {
      self.run = run
      self.median = median
      self.ratio = ratio
      self.isGood = isGood
    }
  }

  package var layer: String
  package var backend: String
  package var points: [Point]

  package init(layer: String, backend: String, points: [Point]) {
    self.layer = layer
    self.backend = backend
    self.points = points
  }
}

/// The runs that one run can be seen against: of the same network, on the same machine, with as many threads and the
/// same instruction set, up to that run, itself included.
package struct Past: Sendable, Hashable {
  package var runs: [PastRun]
  package var results: [PastResults]
  /// Whole networks' nanoseconds by backend, a value per run: end to end, or the sum of the layers.
  package var totals: [String: [Double?]]

  package init(runs: [PastRun] = [], results: [PastResults] = [], totals: [String: [Double?]] = [:]) {
    self.runs = runs
    self.results = results
    self.totals = totals
  }
}

extension HistoryDatabase {
  /// The past of the run that `reference` names (see ``resolve(_:)``), oldest run first.
  ///
  /// A layer counts as the same as long as its shapes and attributes are. One pass over the results of these runs;
  /// samples are not read.
  ///
  /// - Parameters:
  ///   - since: runs that began before are left out; nil for none.
  ///   - limit: at most so many runs, the latest ones.
  package func past(
    of reference: String? = nil, since: Date? = nil, limit: Int = 1000
  ) throws(HistoryError) -> Past {
    let uuid = try resolve(reference)
    return try read { database in
      let rows = try Row.fetchAll(
        database, sql: Self.pastRuns,
        arguments: [uuid, since.map(ColumnCoding.text) ?? "", limit]
      ).reversed()
      let places = Dictionary(uniqueKeysWithValues: rows.enumerated().map { ($1["id"] as Int64, $0) })
      guard let first = places.keys.min() else { return Past() }
      var past = Past(runs: rows.map(PastRun.init))
      past.results = try Self.results(of: uuid, from: first, places, in: database)
      past.totals = try Self.totals(from: first, places, in: database)
      return past
    }
  }

  private static let pastRuns = """
    SELECT run.id, run.uuid, run.label, run.started, run.status, environment.git_commit
    FROM run JOIN environment ON environment.id = run.environment_id
    JOIN run AS this ON this.uuid = ?1 JOIN environment AS own ON own.id = this.environment_id
    WHERE run.network = this.network AND run.machine_id = this.machine_id
      AND environment.threads = own.threads AND environment.isa = own.isa
      AND (run.started, run.id) <= (this.started, this.id) AND (run.started >= ?2 OR run.id = this.id)
    ORDER BY run.started DESC, run.id DESC LIMIT ?3
    """

  private static func results(
    of uuid: String, from first: Int64, _ places: [Int64: Int], in database: Database
  ) throws -> [PastResults] {
    let sql = """
      SELECT result.run_id, result.layer_id, result.backend, timing.median_ns, result.max_ratio,
        result.status IN ('exact', 'passed', 'marginal')
          AND coalesce(result.chained_status, 'exact') IN ('exact', 'passed', 'marginal')
      FROM result LEFT JOIN timing ON timing.result_id = result.id
      WHERE result.run_id >= ?2 AND result.layer_id IN (
        SELECT layer_id FROM result JOIN run ON run.id = run_id WHERE uuid = ?1)
      ORDER BY result.id
      """
    var found: [PastKey: [PastResults.Point]] = [:]
    let rows = try Row.fetchCursor(database, sql: sql, arguments: [uuid, first])
    while let row = try rows.next() {
      guard let run = places[row[0]] else { continue }
      let key = PastKey(layer: row[1], backend: row[2])
      // Further results of the same run are other algorithms.
      guard found[key]?.last?.run != run else { continue }
      found[key, default: []].append(
        PastResults.Point(run: run, median: row[3], ratio: row[4], isGood: row[5]))
    }
    let names = try Row.fetchAll(database, sql: "SELECT id, name FROM layer").map {
      ($0[0] as Int64, $0[1] as String)
    }
    let byID = Dictionary(uniqueKeysWithValues: names)
    return found.map { key, points in
      PastResults(
        layer: byID[key.layer] ?? "", backend: key.backend, points: points.sorted { $0.run < $1.run })
    }.sorted { ($0.layer, $0.backend) < ($1.layer, $1.backend) }
  }

  private static func totals(
    from first: Int64, _ places: [Int64: Int], in database: Database
  ) throws -> [String: [Double?]] {
    let sql = """
      SELECT run_id, backend, coalesce(timing.median_ns, sum_of_layers_ns) FROM network_total
      LEFT JOIN timing ON network_total_id = network_total.id WHERE run_id >= ?
      """
    var totals: [String: [Double?]] = [:]
    for row in try Row.fetchAll(database, sql: sql, arguments: [first]) {
      guard let run = places[row[0]] else { continue }
      totals[row[1], default: Array(repeating: nil, count: places.count)][run] = row[2]
    }
    return totals
  }
}

private struct PastKey: Hashable {
  let layer: Int64
  let backend: String
}

extension PastRun {
  init(_ row: Row) {
    self.init(
      uuid: row["uuid"], label: row["label"], started: ColumnCoding.date(row["started"]) ?? .distantPast,
      commit: row["git_commit"], status: RunStatus(rawValue: row["status"]) ?? .running)
  }
}
