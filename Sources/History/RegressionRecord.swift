import Foundation
import GRDB

/// A change for the worse and how it stands.
package struct RegressionRecord: Sendable, Hashable {
  package enum Measure: String, Sendable, Hashable, Codable {
    case time, accuracy
  }

  package enum State: String, Sendable, Hashable, Codable, CaseIterable {
    /// Seen once.
    case new
    /// Seen again, in another run or by new blocks.
    case confirmed
    /// Somebody took it, for a reason, perhaps until a day.
    case accepted
    /// Not seen any more.
    case fixed
  }

  package var uuid: String
  package var series: String
  package var network: String
  package var layer: String
  package var backend: String
  package var measure: Measure
  package var state: State
  /// Head ÷ base, when it was last seen.
  package var ratio: Double
  package var baseCommit: String
  package var headCommit: String
  package var opened: Date
  package var changed: Date
  package var reason: String
  /// When an acceptance ends; nil: never.
  package var expires: Date?

  package init(
    uuid: String = UUID().uuidString.lowercased(), series: String, network: String, layer: String,
    backend: String, measure: Measure, state: State, ratio: Double, baseCommit: String, headCommit: String,
    opened: Date = Date(), changed: Date = Date(), reason: String = "", expires: Date? = nil
  ) {
    self.uuid = uuid
    self.series = series
    self.network = network
    self.layer = layer
    self.backend = backend
    self.measure = measure
    self.state = state
    self.ratio = ratio
    self.baseCommit = baseCommit
    self.headCommit = headCommit
    self.opened = opened
    self.changed = changed
    self.reason = reason
    self.expires = expires
  }

  /// Whether it is accepted at this moment. An acceptance that has run out is none.
  package func isAccepted(at date: Date = Date()) -> Bool {
    state == .accepted && expires.map { date < $0 } ?? true
  }
}

extension HistoryDatabase {
  /// The regressions, newest change first.
  ///
  /// - Parameters:
  ///   - series: only those of one series; nil for all.
  ///   - isOpen: leaves out what is fixed.
  package func regressions(
    series: String? = nil, network: String? = nil, isOpen: Bool = false
  ) throws(HistoryError) -> [RegressionRecord] {
    try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT * FROM regression WHERE (?1 IS NULL OR series = ?1) AND (?2 IS NULL OR network = ?2)
            AND NOT (?3 AND state = 'fixed') ORDER BY changed DESC, id DESC
          """, arguments: [series, network, isOpen]
      ).map(RegressionRecord.init)
    }
  }

  /// Enters regressions, or how known ones stand now, in one transaction.
  package func save(_ regressions: [RegressionRecord]) throws(HistoryError) {
    guard !regressions.isEmpty else { return }
    try write { database in
      for regression in regressions { try regression.save(in: database) }
    }
  }
}

extension RegressionRecord {
  init(_ row: Row) {
    self.init(
      uuid: row["uuid"], series: row["series"], network: row["network"], layer: row["layer"],
      backend: row["backend"], measure: Measure(rawValue: row["measure"]) ?? .time,
      state: State(rawValue: row["state"]) ?? .new, ratio: row["ratio"], baseCommit: row["base_commit"],
      headCommit: row["head_commit"], opened: ColumnCoding.date(row["opened"]) ?? .distantPast,
      changed: ColumnCoding.date(row["changed"]) ?? .distantPast, reason: row["reason"],
      expires: (row["expires"] as String?).flatMap(ColumnCoding.date))
  }

  fileprivate func save(in database: Database) throws {
    try database.execute(
      sql: """
        INSERT INTO regression (uuid, series, network, layer, backend, measure, state, ratio, base_commit,
          head_commit, opened, changed, reason, expires)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
        ON CONFLICT (uuid) DO UPDATE SET state = ?7, ratio = ?8, head_commit = ?10, changed = ?12, reason = ?13,
          expires = ?14
        """,
      arguments: [
        uuid, series, network, layer, backend, measure.rawValue, state.rawValue, ratio, baseCommit,
        headCommit,
        ColumnCoding.text(opened), ColumnCoding.text(changed), reason, expires.map(ColumnCoding.text),
      ])
  }
}
