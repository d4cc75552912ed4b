import Foundation
import GRDB

/// One result of one run, flat: a row of an export.
package struct ExportedResult: Sendable, Hashable, Codable {
  package var run: String
  package var label: String
  package var started: String
  package var network: String
  package var layer: String
  package var backend: String
  package var algorithm: String
  package var status: String
  package var maxRatio: Double?
  package var medianNs: Double?
  package var ciLowNs: Double?
  package var ciHighNs: Double?
  package var samples: Int?
  package var repetitions: Int?
  package var gflops: Double?
  package var threads: Int
  package var isa: String
  package var toolchain: String
  package var commit: String
  package var cpu: String
  package var cpus: Int

  enum CodingKeys: String, CodingKey, CaseIterable {
    case run, label, started, network, layer, backend, algorithm, status, samples, repetitions, gflops
    case threads, isa, toolchain, commit, cpu, cpus
    case maxRatio = "max_ratio"
    case medianNs = "median_ns"
    case ciLowNs = "ci_low_ns"
    case ciHighNs = "ci_high_ns"
  }
}

extension HistoryDatabase {
  /// Every result, oldest run first, in the order of the promised view.
  ///
  /// - Parameter run: only this run's, as ``resolve(_:)`` takes it; nil for all.
  package func exportedResults(run reference: String? = nil) throws(HistoryError) -> [ExportedResult] {
    let uuid = try reference.map { text throws(HistoryError) in try resolve(text) }
    return try read { database in
      let sql = """
        SELECT run.uuid AS run, label, started, run.network AS network, layer.name AS layer, backend, algorithm,
          result.status AS status, max_ratio, median_ns, ci_low_ns, ci_high_ns, samples, repetitions, gflops,
          environment.threads AS threads, isa, toolchain, git_commit, cpu_model, logical_cpus
        FROM result JOIN run ON run.id = run_id JOIN layer ON layer.id = layer_id
        JOIN machine ON machine.id = machine_id JOIN environment ON environment.id = environment_id
        LEFT JOIN timing ON result_id = result.id WHERE ?1 IS NULL OR run.uuid = ?1
        ORDER BY started, run.id, layer.position, result.id
        """
      return try Row.fetchAll(database, sql: sql, arguments: [uuid]).map { row in
        ExportedResult(
          run: row["run"], label: row["label"], started: row["started"], network: row["network"],
          layer: row["layer"], backend: row["backend"], algorithm: row["algorithm"], status: row["status"],
          maxRatio: row["max_ratio"], medianNs: row["median_ns"], ciLowNs: row["ci_low_ns"],
          ciHighNs: row["ci_high_ns"], samples: row["samples"], repetitions: row["repetitions"],
          gflops: row["gflops"], threads: row["threads"], isa: row["isa"], toolchain: row["toolchain"],
          commit: row["git_commit"], cpu: row["cpu_model"], cpus: row["logical_cpus"])
      }
    }
  }
}
