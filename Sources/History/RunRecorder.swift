import Foundation
import GRDB
import Measurement

/// Writes one run as it goes. Every call is one transaction, so whatever was recorded stays, even when the process is
/// killed at any moment.
package struct RunRecorder: Sendable {
  package let uuid: String
  let database: HistoryDatabase
  let runID: Int64
  let network: String

  /// Records a layer with its results, timings and samples. Recording the same layer again replaces what the run had
  /// of it.
  package func record(_ layer: LayerRecord) throws(HistoryError) {
    try database.write { database in
      let layerID = try layer.findOrInsert(network: network, in: database)
      try database.execute(
        sql: "DELETE FROM result WHERE run_id = ? AND layer_id = ?", arguments: [runID, layerID])
      for result in layer.results {
        try result.insert(runID: runID, layerID: layerID, in: database)
      }
    }
  }

  /// Records the whole network's time on a backend, replacing an earlier one.
  package func record(_ total: NetworkTotal) throws(HistoryError) {
    try database.write { database in
      try database.execute(
        sql: "DELETE FROM network_total WHERE run_id = ? AND backend = ? AND threads = ?",
        arguments: [runID, total.backend, total.threads])
      try database.execute(
        sql: """
          INSERT INTO network_total (run_id, backend, threads, sum_of_layers_ns) VALUES (?, ?, ?, ?)
          """,
        arguments: [runID, total.backend, total.threads, total.sumOfLayers])
      try total.endToEnd?.insert(owner: "network_total_id", id: database.lastInsertedRowID, in: database)
    }
  }

  /// Records a case file that was refused.
  package func record(_ refused: RefusedFile) throws(HistoryError) {
    try database.write { database in
      try database.execute(
        sql: "INSERT INTO refused_file (run_id, file, message) VALUES (?, ?, ?)",
        arguments: [runID, refused.file, refused.message])
    }
  }

  /// Records the roofs, where they were measured after the run began.
  package func record(_ roofs: Roofs) throws(HistoryError) {
    try database.write { database in
      try database.execute(
        sql: "UPDATE run SET roofs = ? WHERE id = ?", arguments: [ColumnCoding.json(roofs), runID])
    }
  }

  /// Ends the run.
  package func finish(_ status: RunStatus, at date: Date = Date()) throws(HistoryError) {
    try database.write { database in
      try database.execute(
        sql: "UPDATE run SET status = ?, finished = ? WHERE id = ?",
        arguments: [status.rawValue, ColumnCoding.text(date), runID])
    }
  }
}

extension HistoryDatabase {
  /// Enters a run that is about to begin.
  package func begin(_ header: RunHeader) throws(HistoryError) -> RunRecorder {
    let runID = try write { database in
      let machineID = try header.machine.findOrInsert(in: database)
      let environmentID = try header.environment.findOrInsert(in: database)
      try database.execute(
        sql: """
          INSERT INTO run (uuid, label, network, machine_id, environment_id, started, status, options,
            planned_layers, load_average, roofs)
          VALUES (?, ?, ?, ?, ?, ?, 'running', ?, ?, ?, ?)
          """,
        arguments: [
          header.uuid, header.label, header.network, machineID, environmentID,
          ColumnCoding.text(header.started), ColumnCoding.json(header.options), header.plannedLayers,
          header.environment.system.loadAverage, header.roofs.map { try ColumnCoding.json($0) },
        ])
      return database.lastInsertedRowID
    }
    return RunRecorder(uuid: header.uuid, database: self, runID: runID, network: header.network)
  }
}
