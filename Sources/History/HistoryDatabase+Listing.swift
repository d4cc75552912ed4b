import Foundation
import GRDB

/// A line in the list of runs.
package struct RunSummary: Sendable, Hashable {
  package let uuid: String
  package let label: String
  package let network: String
  package let started: Date
  package let status: RunStatus
  package let cpuModel: String
  package let threads: Int
  package let instructionSet: String
  package let commit: String
  package let isDirty: Bool?
  /// Layers with results, of those planned.
  package let layers: Int
  package let plannedLayers: Int
  package let results: Int
  /// Results that are not exact, passed or marginal.
  package let badResults: Int
  /// The largest |error| / guaranteed bound; nil where nothing was compared.
  package let maxRatio: Double?
}

extension HistoryDatabase {
  /// The runs, newest first.
  ///
  /// - Parameter network: nil for all networks.
  package func runs(network: String? = nil, limit: Int? = nil) throws(HistoryError) -> [RunSummary] {
    try read { database in
      let sql = """
        SELECT * FROM v_runs WHERE ?1 IS NULL OR network = ?1 ORDER BY started DESC, run DESC LIMIT ?2
        """
      return try Row.fetchAll(database, sql: sql, arguments: [network, limit ?? -1]).map(RunSummary.init)
    }
  }

  /// The UUID of the run that `reference` names: its UUID, the beginning of one that no other run shares, `latest`, or
  /// nil for the latest.
  package func resolve(_ reference: String?) throws(HistoryError) -> String {
    let path = path
    return try read { database in
      guard let reference, reference != "latest" else {
        let latest = "SELECT uuid FROM run ORDER BY started DESC, id DESC LIMIT 1"
        guard let uuid = try String.fetchOne(database, sql: latest) else {
          throw HistoryError.empty(path: path)
        }
        return uuid
      }
      let matches = try String.fetchAll(
        database, sql: "SELECT uuid FROM run WHERE substr(uuid, 1, length(?1)) = ?1 ORDER BY uuid",
        arguments: [reference.lowercased()])
      guard let match = matches.first, !reference.isEmpty else {
        throw HistoryError.noSuchRun(reference: reference, path: path)
      }
      guard matches.count == 1 || match == reference.lowercased() else {
        throw HistoryError.ambiguousRun(reference: reference, matches: matches)
      }
      return match
    }
  }
}

extension RunSummary {
  init(_ row: Row) throws {
    uuid = row["run"]
    label = row["label"]
    network = row["network"]
    started = ColumnCoding.date(row["started"]) ?? .distantPast
    status = RunStatus(rawValue: row["status"]) ?? .running
    cpuModel = row["cpu_model"]
    threads = row["threads"]
    instructionSet = row["isa"]
    commit = row["git_commit"]
    isDirty = row["git_dirty"]
    layers = row["layers"]
    plannedLayers = row["planned_layers"]
    results = row["results"]
    badResults = row["bad_results"]
    maxRatio = row["max_ratio"]
  }
}
