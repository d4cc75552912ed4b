import Foundation
import GRDB
import Measurement

extension HistoryDatabase {
  /// Everything that is recorded of the run that `reference` names (see ``resolve(_:)``).
  package func run(_ reference: String? = nil) throws(HistoryError) -> RunRecord {
    let uuid = try resolve(reference)
    let path = path
    return try read { database in
      let sql = """
        SELECT * FROM run JOIN machine ON machine.id = machine_id
        JOIN environment ON environment.id = environment_id WHERE uuid = ?
        """
      guard let row = try Row.fetchOne(database, sql: sql, arguments: [uuid]),
        let runID = try Int64.fetchOne(database, sql: "SELECT id FROM run WHERE uuid = ?", arguments: [uuid])
      else { throw HistoryError.noSuchRun(reference: uuid, path: path) }
      return RunRecord(
        header: try RunHeader(row), status: RunStatus(rawValue: row["status"]) ?? .running,
        finished: (row["finished"] as String?).flatMap(ColumnCoding.date),
        totals: try NetworkTotal.fetch(run: runID, in: database),
        layers: try LayerRecord.fetch(run: runID, in: database),
        refused: try RefusedFile.fetch(run: runID, in: database))
    }
  }
}

extension RunHeader {
  init(_ row: Row) throws {
    self.init(
      uuid: row["uuid"], label: row["label"], network: row["network"],
      started: ColumnCoding.date(row["started"]) ?? .distantPast, machine: try MachineInfo(row),
      environment: EnvironmentRecord(row), options: try ColumnCoding.value(row["options"]),
      plannedLayers: row["planned_layers"],
      roofs: try (row["roofs"] as String?).map { try ColumnCoding.value($0) })
  }
}

extension MachineInfo {
  init(_ row: Row) throws {
    self.init(
      cpuModel: row["cpu_model"], vendor: row["vendor"], signature: row["signature"],
      architecture: row["architecture"], logicalCPUs: row["logical_cpus"],
      physicalCores: row["physical_cores"], caches: try ColumnCoding.value(row["caches"]),
      memoryBytes: row["memory_bytes"], isVirtual: row["is_virtual"],
      flags: try ColumnCoding.value(row["flags"]))
  }
}

extension EnvironmentRecord {
  init(_ row: Row) {
    self.init(
      build: BuildInfo(
        toolchain: row["toolchain"], configuration: row["configuration"], flags: row["build_flags"]),
      git: GitState(commit: row["git_commit"], isDirty: row["git_dirty"]), threads: row["threads"],
      instructionSet: row["isa"],
      system: SystemState(
        operatingSystem: row["os"], kernel: row["kernel"], loadAverage: row["load_average"],
        openBLASCoreType: row["openblas_coretype"]))
  }
}

extension NetworkTotal {
  static func fetch(run: Int64, in database: Database) throws -> [NetworkTotal] {
    let sql = """
      SELECT network_total.backend, network_total.threads AS total_threads, sum_of_layers_ns, timing.*,
        sample.ns
      FROM network_total LEFT JOIN timing ON network_total_id = network_total.id
      LEFT JOIN sample ON timing_id = timing.id WHERE run_id = ? ORDER BY network_total.id
      """
    return try Row.fetchAll(database, sql: sql, arguments: [run]).map { row in
      NetworkTotal(
        backend: row["backend"], threads: row["total_threads"], endToEnd: TimingRecord(row),
        sumOfLayers: row["sum_of_layers_ns"])
    }
  }
}

extension RefusedFile {
  static func fetch(run: Int64, in database: Database) throws -> [RefusedFile] {
    let sql = "SELECT file, message FROM refused_file WHERE run_id = ? ORDER BY id"
    return try Row.fetchAll(database, sql: sql, arguments: [run]).map { row in
      RefusedFile(file: row["file"], message: row["message"])
    }
  }
}

extension LayerRecord {
  static func fetch(run: Int64, in database: Database) throws -> [LayerRecord] {
    let results = """
      SELECT result.*, timing.*, sample.ns FROM result
      LEFT JOIN timing ON timing.result_id = result.id LEFT JOIN sample ON timing_id = timing.id
      WHERE run_id = ? ORDER BY result.id
      """
    let rows = try Row.fetchAll(database, sql: results, arguments: [run])
    let byLayer = Dictionary(grouping: rows) { $0["layer_id"] as Int64 }
    let layers = """
      SELECT * FROM layer WHERE id IN (SELECT layer_id FROM result WHERE run_id = ?)
      ORDER BY position, name
      """
    return try Row.fetchAll(database, sql: layers, arguments: [run]).map { row in
      LayerRecord(
        name: row["name"], kind: row["kind"], position: row["position"], attributes: row["attributes"],
        inputShapes: try ColumnCoding.value(row["input_shapes"]),
        outputShape: try ColumnCoding.value(row["output_shape"]), parameters: row["parameters"],
        macs: row["macs"], bytes: row["bytes"],
        results: try byLayer[row["id"], default: []].map(ResultRecord.init))
    }
  }
}
