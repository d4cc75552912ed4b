import GRDB
import Measurement

extension MachineInfo {
  /// The row of this machine, which is made where it is not yet known.
  func findOrInsert(in database: Database) throws -> Int64 {
    try database.execute(
      sql: """
        INSERT INTO machine (identity, cpu_model, vendor, signature, architecture, logical_cpus,
          physical_cores, caches, memory_bytes, is_virtual, flags)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
        """,
      arguments: [
        identity, cpuModel, vendor, signature, architecture, logicalCPUs, physicalCores,
        ColumnCoding.json(caches), memoryBytes, isVirtual, ColumnCoding.json(flags),
      ])
    return try database.row("SELECT id FROM machine WHERE identity = ?", [identity])
  }
}

extension EnvironmentRecord {
  /// The row of this environment, which is made where it is not yet known. The load average belongs to the run.
  func findOrInsert(in database: Database) throws -> Int64 {
    let values: StatementArguments = [
      build.toolchain, build.configuration, build.flags, git.commit, git.isDirty, threads, instructionSet,
      system.operatingSystem, system.kernel, system.openBLASCoreType,
    ]
    let existing = try Int64.fetchOne(
      database,
      sql: """
        SELECT id FROM environment WHERE toolchain = ? AND configuration = ? AND build_flags = ?
          AND git_commit = ? AND git_dirty IS ? AND threads = ? AND isa = ? AND os = ? AND kernel = ?
          AND openblas_coretype IS ?
        """,
      arguments: values)
    if let existing { return existing }
    try database.execute(
      sql: """
        INSERT INTO environment (toolchain, configuration, build_flags, git_commit, git_dirty, threads, isa,
          os, kernel, openblas_coretype)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: values)
    return database.lastInsertedRowID
  }
}

extension LayerRecord {
  /// The row of this layer, shared by all runs in which it has the same shapes.
  func findOrInsert(network: String, in database: Database) throws -> Int64 {
    let values: StatementArguments = [
      network, name, kind, position, attributes, try ColumnCoding.json(inputShapes),
      try ColumnCoding.json(outputShape), parameters, macs, bytes,
    ]
    try database.execute(
      sql: """
        INSERT INTO layer (network, name, kind, position, attributes, input_shapes, output_shape,
          parameters, macs, bytes)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
        """,
      arguments: values)
    return try database.row(
      """
      SELECT id FROM layer WHERE network = ? AND name = ? AND kind = ? AND position = ? AND attributes = ?
        AND input_shapes = ? AND output_shape = ? AND parameters = ? AND macs = ? AND bytes = ?
      """, values)
  }
}

extension ResultRecord {
  func insert(runID: Int64, layerID: Int64, in database: Database) throws {
    try database.execute(
      sql: """
        INSERT INTO result (run_id, layer_id, backend, algorithm, status, elements, max_abs_error, max_ratio,
          probabilistic_ratio, ulp_p50, ulp_p99, ulp_max, failure_index, failure_expected, failure_got,
          failure_bound, repro, message, chained_status, chained_local_ratio, chained_drift)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        runID, layerID, backend, algorithm, status.rawValue, elements, maxAbsError, maxRatio,
        probabilisticRatio, ulp?.p50, ulp?.p99, ulp?.max,
        firstFailure.map { try ColumnCoding.json($0.index) }, firstFailure?.expected, firstFailure?.got,
        firstFailure?.bound, repro, message, chained?.status.rawValue, chained?.localRatio, chained?.drift,
      ])
    try timing?.insert(owner: "result_id", id: database.lastInsertedRowID, in: database)
  }
}

extension TimingRecord {
  /// - Parameter owner: the column that says whose timing this is.
  func insert(owner: String, id: Int64, in database: Database) throws {
    try database.execute(
      sql: """
        INSERT INTO timing (\(owner), threads, median_ns, ci_low_ns, ci_high_ns, ci_coverage, samples,
          repetitions, ending, gflops, roof_fraction)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        id, threads, median, low, high, coverage, samples.count, repetitions, ending.rawValue, gflops,
        roofFraction,
      ])
    try database.execute(
      sql: "INSERT INTO sample (timing_id, ns) VALUES (?, ?)",
      arguments: [database.lastInsertedRowID, ColumnCoding.blob(samples)])
  }
}

extension Database {
  /// The identifier in a row that must be there.
  fileprivate func row(_ sql: String, _ arguments: StatementArguments) throws -> Int64 {
    guard let id = try Int64.fetchOne(self, sql: sql, arguments: arguments) else {
      throw DatabaseError(resultCode: .SQLITE_NOTFOUND, message: "a row that was just written is gone")
    }
    return id
  }
}
