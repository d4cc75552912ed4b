import Foundation
import GRDB
import Gate
import Measurement

extension HistoryDatabase {
  /// The experiments of a suite in the order of their shards; of every suite, newest first, where none is named.
  package func experiments(suite: String? = nil) throws(HistoryError) -> [ExperimentRecord] {
    try read { database in
      let order = suite == nil ? "started DESC, experiment.id DESC" : "shard, started, experiment.id"
      let sql = """
        SELECT experiment.id AS experiment_id, * FROM experiment JOIN machine ON machine.id = machine_id
        WHERE ?1 IS NULL OR suite = ?1 ORDER BY \(order)
        """
      return try Row.fetchAll(database, sql: sql, arguments: [suite]).map { row in
        try ExperimentRecord(row, in: database)
      }
    }
  }
}

extension ExperimentRecord {
  init(_ row: Row, in database: Database) throws {
    let id: Int64 = row["experiment_id"]
    func environment(_ column: String) throws -> EnvironmentRecord {
      guard
        let row = try Row.fetchOne(
          database, sql: "SELECT *, NULL AS load_average FROM environment WHERE id = ?",
          arguments: [row[column] as Int64])
      else { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "an environment is missing") }
      return EnvironmentRecord(row)
    }
    header = ExperimentHeader(
      uuid: row["uuid"], suite: row["suite"], shard: .init(number: row["shard"], of: row["shards"]),
      label: row["label"], network: row["network"], machine: try MachineInfo(row),
      base: try environment("base_environment_id"), head: try environment("head_environment_id"),
      baseHotCode: row["base_hot_code"], headHotCode: row["head_hot_code"],
      started: ColumnCoding.date(row["started"]) ?? .distantPast, plan: row["plan"])
    status = RunStatus(rawValue: row["status"]) ?? .running
    verdict = try (row["verdict"] as String?).map { try ColumnCoding.value($0) }
    let layers = try Row.fetchAll(
      database, sql: "SELECT * FROM experiment_layer WHERE experiment_id = ? ORDER BY position",
      arguments: [id])
    subjects = layers.map(ExperimentSubject.init)
    let indices = Dictionary(uniqueKeysWithValues: layers.enumerated().map { ($1["id"] as Int64, $0) })
    blocks = try BlockRecord.fetch(experiment: id, subjects: indices, in: database)
  }
}

extension ExperimentSubject {
  init(_ row: Row) {
    self.init(
      layer: row["layer"], kind: row["kind"], backend: row["backend"], repetitions: row["repetitions"],
      baseAlgorithm: row["base_algorithm"], headAlgorithm: row["head_algorithm"],
      baseStatus: row["base_status"], headStatus: row["head_status"], baseMaxRatio: row["base_max_ratio"],
      headMaxRatio: row["head_max_ratio"])
  }
}

extension BlockRecord {
  /// - Parameter subjects: the index that each row's samples get.
  static func fetch(
    experiment: Int64, subjects: [Int64: Int], in database: Database
  ) throws -> [BlockRecord] {
    let samples = try Row.fetchAll(
      database,
      sql: """
        SELECT visit_id, experiment_layer_id, ns FROM visit_sample
        WHERE experiment_layer_id IN (SELECT id FROM experiment_layer WHERE experiment_id = ?)
        """, arguments: [experiment])
    var byVisit: [Int64: [Int: [Double]]] = [:]
    for row in samples {
      guard let subject = subjects[row["experiment_layer_id"]] else { continue }
      byVisit[row["visit_id"], default: [:]][subject] = ColumnCoding.samples(row["ns"])
    }
    let visits = try Row.fetchAll(
      database,
      sql: """
        SELECT visit.* FROM visit JOIN block ON block.id = block_id WHERE experiment_id = ?
        ORDER BY block_id, position
        """, arguments: [experiment])
    let byBlock = Dictionary(grouping: visits) { $0["block_id"] as Int64 }
    let blocks = try Row.fetchAll(
      database, sql: "SELECT * FROM block WHERE experiment_id = ? ORDER BY number", arguments: [experiment])
    return blocks.map { block in
      BlockRecord(
        number: block["number"], stage: block["stage"], discarded: block["discarded"],
        visits: byBlock[block["id"], default: []].map { visit in
          VisitRecord(visit, samples: byVisit[visit["id"], default: [:]])
        })
    }
  }
}

extension VisitRecord {
  init(_ row: Row, samples: [Int: [Double]]) {
    self.init(
      arm: BlockArm(rawValue: row["arm"]) ?? .base,
      conditions: VisitConditions(
        wall: row["wall_ns"], steal: row["steal_ns"], involuntarySwitches: row["involuntary_switches"],
        minorFaults: row["minor_faults"], majorFaults: row["major_faults"], instructions: row["instructions"],
        cycles: row["cycles"], controlKernel: row["control_ns"]),
      samples: samples)
  }
}
