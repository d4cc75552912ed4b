extension Schema {
  /// What the regression gate needs: documents, named baselines, two builds' paired blocks, states of regressions.
  static let version3 = """
    CREATE TABLE document (
      id INTEGER PRIMARY KEY,
      uuid TEXT NOT NULL UNIQUE,
      schema TEXT NOT NULL,
      run_id INTEGER REFERENCES run (id) ON DELETE CASCADE,
      created TEXT NOT NULL,
      json TEXT NOT NULL CHECK (json_valid(json))
    ) STRICT;
    CREATE INDEX document_by_schema ON document (schema, created);
    CREATE INDEX document_by_run ON document (run_id);

    ALTER TABLE run ADD COLUMN origin TEXT NOT NULL DEFAULT '';
    ALTER TABLE run ADD COLUMN hot_code TEXT;
    CREATE INDEX run_by_network ON run (network, started);
    CREATE INDEX network_total_by_run ON network_total (run_id);

    CREATE TABLE baseline (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL,
      run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
      note TEXT NOT NULL,
      is_active INTEGER NOT NULL,
      changed TEXT NOT NULL,
      UNIQUE (name, run_id)
    ) STRICT;

    CREATE TABLE experiment (
      id INTEGER PRIMARY KEY,
      uuid TEXT NOT NULL UNIQUE,
      suite TEXT NOT NULL,
      shard INTEGER NOT NULL,
      shards INTEGER NOT NULL CHECK (shard BETWEEN 1 AND shards),
      label TEXT NOT NULL,
      network TEXT NOT NULL,
      machine_id INTEGER NOT NULL REFERENCES machine (id),
      base_environment_id INTEGER NOT NULL REFERENCES environment (id),
      head_environment_id INTEGER NOT NULL REFERENCES environment (id),
      base_hot_code TEXT NOT NULL,
      head_hot_code TEXT NOT NULL,
      started TEXT NOT NULL,
      finished TEXT,
      status TEXT NOT NULL CHECK (status IN ('running', 'complete', 'interrupted')),
      plan TEXT NOT NULL CHECK (json_valid(plan)),
      verdict TEXT CHECK (verdict IS NULL OR json_valid(verdict))
    ) STRICT;
    CREATE INDEX experiment_by_suite ON experiment (suite);

    CREATE TABLE experiment_layer (
      id INTEGER PRIMARY KEY,
      experiment_id INTEGER NOT NULL REFERENCES experiment (id) ON DELETE CASCADE,
      position INTEGER NOT NULL,
      layer TEXT NOT NULL,
      kind TEXT NOT NULL,
      backend TEXT NOT NULL,
      repetitions INTEGER NOT NULL,
      base_algorithm TEXT NOT NULL,
      head_algorithm TEXT NOT NULL,
      base_status TEXT NOT NULL,
      head_status TEXT NOT NULL,
      base_max_ratio REAL,
      head_max_ratio REAL,
      UNIQUE (experiment_id, layer, backend)
    ) STRICT;

    CREATE TABLE block (
      id INTEGER PRIMARY KEY,
      experiment_id INTEGER NOT NULL REFERENCES experiment (id) ON DELETE CASCADE,
      number INTEGER NOT NULL,
      stage INTEGER NOT NULL,
      discarded TEXT,
      UNIQUE (experiment_id, number)
    ) STRICT;

    CREATE TABLE visit (
      id INTEGER PRIMARY KEY,
      block_id INTEGER NOT NULL REFERENCES block (id) ON DELETE CASCADE,
      position INTEGER NOT NULL,
      arm TEXT NOT NULL CHECK (arm IN ('base', 'control', 'head')),
      wall_ns REAL NOT NULL,
      steal_ns REAL,
      involuntary_switches INTEGER,
      minor_faults INTEGER,
      major_faults INTEGER,
      instructions REAL,
      cycles REAL,
      control_ns REAL NOT NULL,
      UNIQUE (block_id, position)
    ) STRICT;

    CREATE TABLE visit_sample (
      visit_id INTEGER NOT NULL REFERENCES visit (id) ON DELETE CASCADE,
      experiment_layer_id INTEGER NOT NULL REFERENCES experiment_layer (id) ON DELETE CASCADE,
      ns BLOB NOT NULL,
      PRIMARY KEY (visit_id, experiment_layer_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX visit_sample_by_layer ON visit_sample (experiment_layer_id);

    CREATE TABLE regression (
      id INTEGER PRIMARY KEY,
      uuid TEXT NOT NULL UNIQUE,
      series TEXT NOT NULL,
      network TEXT NOT NULL,
      layer TEXT NOT NULL,
      backend TEXT NOT NULL,
      measure TEXT NOT NULL CHECK (measure IN ('time', 'accuracy')),
      state TEXT NOT NULL CHECK (state IN ('new', 'confirmed', 'accepted', 'fixed')),
      ratio REAL NOT NULL,
      base_commit TEXT NOT NULL,
      head_commit TEXT NOT NULL,
      opened TEXT NOT NULL,
      changed TEXT NOT NULL,
      reason TEXT NOT NULL,
      expires TEXT
    ) STRICT;
    CREATE INDEX regression_by_series ON regression (series, network, layer, backend, measure);
    """
}
