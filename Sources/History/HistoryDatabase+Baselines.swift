import Foundation
import GRDB

/// A name that a run bears.
package struct BaselineRecord: Sendable, Hashable {
  package let name: String
  package let run: String
  package let network: String
  package let note: String
  package let changed: Date
  package let cpuModel: String
  package let commit: String
}

extension HistoryDatabase {
  /// Gives `name` to runs. Of every series and network among them, the runs that bore it before no longer do; those of
  /// other machines and toolchains keep it.
  ///
  /// - Parameter references: as ``resolve(_:)`` takes them.
  package func setBaseline(
    _ name: String, runs references: [String], note: String = "", at date: Date = Date()
  ) throws(HistoryError) {
    var headers: [RunHeader] = []
    for reference in references { headers.append(try header(reference)) }
    let named = try baselineHeaders(name)
    let replaced = named.filter { old in
      headers.contains { $0.series == old.series && $0.network == old.network && $0.uuid != old.uuid }
    }.map(\.uuid)
    let new = headers.map(\.uuid)
    try write { database in
      for uuid in replaced {
        try database.execute(
          sql: """
            UPDATE baseline SET is_active = 0, changed = ?
            WHERE name = ? AND run_id = (SELECT id FROM run WHERE uuid = ?)
            """,
          arguments: [ColumnCoding.text(date), name, uuid])
      }
      for uuid in new {
        try database.execute(
          sql: """
            INSERT INTO baseline (name, run_id, note, is_active, changed)
            VALUES (?1, (SELECT id FROM run WHERE uuid = ?2), ?3, 1, ?4)
            ON CONFLICT (name, run_id) DO UPDATE SET is_active = 1, note = ?3, changed = ?4
            """,
          arguments: [name, uuid, note, ColumnCoding.text(date)])
      }
    }
  }

  /// The baseline that a run of this header is seen against: another run of the same network and series that bears a
  /// name, the one that was named last where several do.
  ///
  /// - Returns: its identifier; nil where there is none.
  package func baseline(for header: RunHeader) throws(HistoryError) -> String? {
    let named = try baselines().filter { $0.network == header.network && $0.run != header.uuid }
    for record in named.sorted(by: { $0.changed > $1.changed }) {
      if try self.header(record.run).series == header.series { return record.run }
    }
    return nil
  }

  /// Takes a name away from all runs that bear it.
  ///
  /// - Returns: how many did.
  @discardableResult
  package func removeBaseline(_ name: String, at date: Date = Date()) throws(HistoryError) -> Int {
    try write { database in
      try database.execute(
        sql: "UPDATE baseline SET is_active = 0, changed = ? WHERE name = ? AND is_active",
        arguments: [ColumnCoding.text(date), name])
      return database.changesCount
    }
  }

  /// The names in use, by name, the newest run first.
  package func baselines() throws(HistoryError) -> [BaselineRecord] {
    try read { database in
      let sql = """
        SELECT name, uuid, network, note, changed, cpu_model, git_commit FROM baseline
        JOIN run ON run.id = run_id JOIN machine ON machine.id = machine_id
        JOIN environment ON environment.id = environment_id WHERE is_active ORDER BY name, started DESC
        """
      return try Row.fetchAll(database, sql: sql).map { row in
        BaselineRecord(
          name: row["name"], run: row["uuid"], network: row["network"], note: row["note"],
          changed: ColumnCoding.date(row["changed"]) ?? .distantPast, cpuModel: row["cpu_model"],
          commit: row["git_commit"])
      }
    }
  }

  /// The runs that bear a name, newest first; none where nobody does.
  package func baselineHeaders(_ name: String) throws(HistoryError) -> [RunHeader] {
    try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT * FROM run JOIN machine ON machine.id = machine_id
          JOIN environment ON environment.id = environment_id
          WHERE run.id IN (SELECT run_id FROM baseline WHERE name = ? AND is_active)
          ORDER BY started DESC, run.id DESC
          """, arguments: [name]
      ).map(RunHeader.init)
    }
  }

  /// What is known of a run without its layers.
  package func header(_ reference: String?) throws(HistoryError) -> RunHeader {
    let uuid = try resolve(reference)
    let path = path
    return try read { database in
      let row = try Row.fetchOne(
        database,
        sql: """
          SELECT * FROM run JOIN machine ON machine.id = machine_id
          JOIN environment ON environment.id = environment_id WHERE uuid = ?
          """, arguments: [uuid])
      guard let row else { throw HistoryError.noSuchRun(reference: uuid, path: path) }
      return try RunHeader(row)
    }
  }
}
