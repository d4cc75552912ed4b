import Foundation
import GRDB
import Gate
import Measurement

/// Writes one experiment as it goes: a transaction per block, so that a killed one keeps the blocks it had finished.
package struct ExperimentRecorder: Sendable {
  package let uuid: String
  let database: HistoryDatabase
  let experimentID: Int64
  /// The rows of the subjects, by their index.
  let subjectIDs: [Int64]

  /// Records a finished block.
  package func record(_ block: BlockRecord) throws(HistoryError) {
    try database.write { database in
      try block.insert(experiment: experimentID, subjects: subjectIDs, in: database)
    }
  }

  /// Ends the experiment.
  package func finish(
    _ status: RunStatus, verdict: GateVerdict?, at date: Date = Date()
  ) throws(HistoryError) {
    try database.write { database in
      try database.execute(
        sql: "UPDATE experiment SET status = ?, finished = ?, verdict = ? WHERE id = ?",
        arguments: [
          status.rawValue, ColumnCoding.text(date), verdict.map { try ColumnCoding.json($0) }, experimentID,
        ])
    }
  }
}

extension HistoryDatabase {
  /// Enters an experiment that is about to measure `subjects`.
  package func begin(
    _ header: ExperimentHeader, subjects: [ExperimentSubject]
  ) throws(HistoryError) -> ExperimentRecorder {
    let (experiment, rows) = try write { database in
      let experiment = try header.insert(in: database)
      let rows = try subjects.enumerated().map { position, subject in
        try subject.insert(experiment: experiment, position: position, in: database)
      }
      return (experiment, rows)
    }
    return ExperimentRecorder(
      uuid: header.uuid, database: self, experimentID: experiment, subjectIDs: rows)
  }
}

extension ExperimentHeader {
  func insert(in database: Database) throws -> Int64 {
    try database.execute(
      sql: """
        INSERT INTO experiment (uuid, suite, shard, shards, label, network, machine_id, base_environment_id,
          head_environment_id, base_hot_code, head_hot_code, started, status, plan)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'running', ?)
        """,
      arguments: [
        uuid, suite, shard.number, shard.of, label, network, machine.findOrInsert(in: database),
        base.findOrInsert(in: database), head.findOrInsert(in: database), baseHotCode, headHotCode,
        ColumnCoding.text(started), plan,
      ])
    return database.lastInsertedRowID
  }
}

extension ExperimentSubject {
  func insert(experiment: Int64, position: Int, in database: Database) throws -> Int64 {
    try database.execute(
      sql: """
        INSERT INTO experiment_layer (experiment_id, position, layer, kind, backend, repetitions,
          base_algorithm, head_algorithm, base_status, head_status, base_max_ratio, head_max_ratio)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        experiment, position, layer, kind, backend, repetitions, baseAlgorithm, headAlgorithm, baseStatus,
        headStatus, baseMaxRatio, headMaxRatio,
      ])
    return database.lastInsertedRowID
  }
}

extension BlockRecord {
  /// - Parameter subjects: the rows that the samples' indices stand for.
  func insert(experiment: Int64, subjects: [Int64], in database: Database) throws {
    try database.execute(
      sql: "INSERT INTO block (experiment_id, number, stage, discarded) VALUES (?, ?, ?, ?)",
      arguments: [experiment, number, stage, discarded])
    let block = database.lastInsertedRowID
    for (position, visit) in visits.enumerated() {
      let conditions = visit.conditions
      try database.execute(
        sql: """
          INSERT INTO visit (block_id, position, arm, wall_ns, steal_ns, involuntary_switches, minor_faults,
            major_faults, instructions, cycles, control_ns)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          block, position, visit.arm.rawValue, conditions.wall, conditions.steal,
          conditions.involuntarySwitches, conditions.minorFaults, conditions.majorFaults,
          conditions.instructions, conditions.cycles, conditions.controlKernel,
        ])
      let row = database.lastInsertedRowID
      let statement = try database.cachedStatement(
        sql: "INSERT INTO visit_sample (visit_id, experiment_layer_id, ns) VALUES (?, ?, ?)")
      for (subject, samples) in visit.samples.sorted(by: { $0.key < $1.key }) {
        try statement.execute(arguments: [row, subjects[subject], ColumnCoding.blob(samples)])
      }
    }
  }
}
