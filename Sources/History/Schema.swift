/// The database's structure: one script per version, run in order.
enum Schema {
  /// `EFGR` in ASCII, in the header of every database of ours.
  static let applicationID = 0x4546_4752

  /// `migrations[v]` leads from version v to v + 1. Scripts that were once released never change.
  static let migrations = [version1, version2, version3]

  /// The version that this program reads and writes.
  static var version: Int { migrations.count }

  private static let version1 = """
    PRAGMA application_id = \(applicationID);

    CREATE TABLE machine (
      id INTEGER PRIMARY KEY,
      identity TEXT NOT NULL UNIQUE,
      cpu_model TEXT NOT NULL,
      vendor TEXT NOT NULL,
      signature TEXT NOT NULL,
      architecture TEXT NOT NULL,
      logical_cpus INTEGER NOT NULL,
      physical_cores INTEGER NOT NULL,
      caches TEXT NOT NULL,
      memory_bytes INTEGER NOT NULL,
      is_virtual INTEGER NOT NULL,
      flags TEXT NOT NULL
    ) STRICT;

    CREATE TABLE environment (
      id INTEGER PRIMARY KEY,
      toolchain TEXT NOT NULL,
      configuration TEXT NOT NULL,
      git_commit TEXT NOT NULL,
      git_dirty INTEGER,
      threads INTEGER NOT NULL,
      isa TEXT NOT NULL,
      os TEXT NOT NULL,
      kernel TEXT NOT NULL,
      openblas_coretype TEXT
    ) STRICT;

    CREATE TABLE run (
      id INTEGER PRIMARY KEY,
      uuid TEXT NOT NULL UNIQUE,
      label TEXT NOT NULL,
      network TEXT NOT NULL,
      machine_id INTEGER NOT NULL REFERENCES machine (id),
      environment_id INTEGER NOT NULL REFERENCES environment (id),
      started TEXT NOT NULL,
      finished TEXT,
      status TEXT NOT NULL CHECK (status IN ('running', 'complete', 'interrupted')),
      options TEXT NOT NULL,
      planned_layers INTEGER NOT NULL,
      load_average REAL,
      roofs TEXT
    ) STRICT;
    CREATE INDEX run_by_start ON run (started);

    CREATE TABLE layer (
      id INTEGER PRIMARY KEY,
      network TEXT NOT NULL,
      name TEXT NOT NULL,
      kind TEXT NOT NULL,
      position INTEGER NOT NULL,
      attributes TEXT NOT NULL,
      input_shapes TEXT NOT NULL,
      output_shape TEXT NOT NULL,
      parameters INTEGER NOT NULL,
      macs INTEGER NOT NULL,
      bytes INTEGER NOT NULL,
      UNIQUE (network, name, kind, position, attributes, input_shapes, output_shape, parameters, macs, bytes)
    ) STRICT;

    CREATE TABLE result (
      id INTEGER PRIMARY KEY,
      run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
      layer_id INTEGER NOT NULL REFERENCES layer (id),
      backend TEXT NOT NULL,
      algorithm TEXT NOT NULL,
      status TEXT NOT NULL CHECK (status IN (
        'exact', 'passed', 'marginal', 'failed', 'mistrusted', 'unimplemented', 'refused')),
      elements INTEGER NOT NULL,
      max_abs_error REAL,
      max_ratio REAL,
      probabilistic_ratio REAL,
      ulp_p50 REAL,
      ulp_p99 REAL,
      ulp_max REAL,
      failure_index TEXT,
      failure_expected REAL,
      failure_got REAL,
      failure_bound REAL,
      repro TEXT NOT NULL,
      message TEXT NOT NULL,
      chained_status TEXT,
      chained_local_ratio REAL,
      chained_drift REAL,
      UNIQUE (run_id, layer_id, backend, algorithm)
    ) STRICT;

    CREATE TABLE timing (
      id INTEGER PRIMARY KEY,
      result_id INTEGER UNIQUE REFERENCES result (id) ON DELETE CASCADE,
      network_total_id INTEGER UNIQUE REFERENCES network_total (id) ON DELETE CASCADE,
      threads INTEGER NOT NULL,
      median_ns REAL NOT NULL,
      ci_low_ns REAL NOT NULL,
      ci_high_ns REAL NOT NULL,
      ci_coverage REAL NOT NULL,
      samples INTEGER NOT NULL,
      repetitions INTEGER NOT NULL,
      ending TEXT NOT NULL,
      gflops REAL,
      roof_fraction REAL,
      CHECK ((result_id IS NULL) <> (network_total_id IS NULL))
    ) STRICT;

    CREATE TABLE sample (
      timing_id INTEGER PRIMARY KEY REFERENCES timing (id) ON DELETE CASCADE,
      ns BLOB NOT NULL
    ) STRICT;

    CREATE TABLE network_total (
      id INTEGER PRIMARY KEY,
      run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
      backend TEXT NOT NULL,
      threads INTEGER NOT NULL,
      sum_of_layers_ns REAL,
      UNIQUE (run_id, backend, threads)
    ) STRICT;

    CREATE TABLE refused_file (
      id INTEGER PRIMARY KEY,
      run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
      file TEXT NOT NULL,
      message TEXT NOT NULL
    ) STRICT;
    CREATE INDEX refused_file_by_run ON refused_file (run_id);

    \(views)
    """

  private static let views = """
    CREATE VIEW v_layer_results AS
    SELECT run.uuid AS run, run.network AS network, layer.name AS layer, result.backend AS backend,
      result.algorithm AS algorithm, result.status AS status, result.max_ratio AS max_ratio,
      timing.median_ns AS median_ns, timing.gflops AS gflops
    FROM result
    JOIN run ON run.id = result.run_id
    JOIN layer ON layer.id = result.layer_id
    LEFT JOIN timing ON timing.result_id = result.id
    ORDER BY run.started, run.id, layer.position, result.id;

    CREATE VIEW v_runs AS
    SELECT run.uuid AS run, run.label AS label, run.network AS network, run.started AS started,
      run.finished AS finished, run.status AS status, machine.cpu_model AS cpu_model,
      environment.threads AS threads, environment.isa AS isa, environment.toolchain AS toolchain,
      environment.git_commit AS git_commit, environment.git_dirty AS git_dirty,
      run.planned_layers AS planned_layers,
      (SELECT count(DISTINCT layer_id) FROM result WHERE run_id = run.id) AS layers,
      (SELECT count(*) FROM result WHERE run_id = run.id) AS results,
      (SELECT count(*) FROM result WHERE run_id = run.id
        AND status NOT IN ('exact', 'passed', 'marginal')) AS bad_results,
      (SELECT max(max_ratio) FROM result WHERE run_id = run.id) AS max_ratio
    FROM run
    JOIN machine ON machine.id = run.machine_id
    JOIN environment ON environment.id = run.environment_id
    ORDER BY run.started, run.id;
    """

  /// The compiler's flags. Of runs before this version they are unknown.
  private static let version2 = """
    ALTER TABLE environment ADD COLUMN build_flags TEXT NOT NULL DEFAULT 'unknown';
    """
}
