/// The statements that copy what is new from the attached database `source` into `main`, in an order in which every row
/// finds what it refers to. Rows are matched by what they mean (UUIDs, names, shapes), never by their numbers.
enum MergeScript {
  static let statements: [String] =
    shared + replaced + runs + results + experiments + [documents, baselines, regressions]

  static let cleaning = ["new_run", "new_experiment"].map { "DROP TABLE temp.\($0)" }

  private static let machine =
    "identity, cpu_model, vendor, signature, architecture, logical_cpus, physical_cores, caches, memory_bytes, "
    + "is_virtual, flags"
  private static let environment = [
    "toolchain", "configuration", "build_flags", "git_commit", "git_dirty", "threads", "isa", "os", "kernel",
    "openblas_coretype",
  ]
  private static let layer = [
    "network", "name", "kind", "position", "attributes", "input_shapes", "output_shape", "parameters", "macs",
    "bytes",
  ]

  /// Whether two rows of a table agree in `columns`.
  private static func same(_ columns: [String], _ left: String, _ right: String) -> String {
    columns.map { "\(left).\($0) IS \(right).\($0)" }.joined(separator: " AND ")
  }

  /// The number that a row of `source` has in `main`.
  private static func number(of table: String, _ columns: [String], source id: String) -> String {
    """
    (SELECT m.id FROM source.\(table) AS s JOIN main.\(table) AS m ON \(same(columns, "m", "s")) WHERE s.id = \(id))
    """
  }

  /// Machines, environments and layers, which runs share.
  private static let shared: [String] = [
    "INSERT INTO main.machine (\(machine)) SELECT \(machine) FROM source.machine WHERE true ON CONFLICT DO NOTHING",
    missing("environment", environment), missing("layer", layer),
  ]

  private static func missing(_ table: String, _ columns: [String]) -> String {
    let names = columns.joined(separator: ", ")
    return """
      INSERT INTO main.\(table) (\(names)) SELECT \(names) FROM source.\(table) AS s
      WHERE NOT EXISTS (SELECT 1 FROM main.\(table) AS m WHERE \(same(columns, "m", "s")))
      """
  }

  /// What was going on when it was merged before and has ended since makes room.
  private static let replaced: [String] = ["run", "experiment"].map { table in
    """
    DELETE FROM main.\(table) WHERE status = 'running' AND uuid IN
      (SELECT uuid FROM source.\(table) WHERE status <> 'running')
    """
  }

  private static let runs: [String] = [
    """
    CREATE TEMP TABLE new_run AS SELECT id AS old, uuid FROM source.run
    WHERE uuid NOT IN (SELECT uuid FROM main.run)
    """,
    """
    INSERT INTO main.run (uuid, label, network, machine_id, environment_id, started, finished, status, options,
      planned_layers, load_average, roofs, origin, hot_code)
    SELECT uuid, label, network, \(number(of: "machine", ["identity"], source: "r.machine_id")),
      \(number(of: "environment", environment, source: "r.environment_id")), started, finished, status, options,
      planned_layers, load_average, roofs, origin, hot_code
    FROM source.run AS r WHERE id IN (SELECT old FROM temp.new_run) ORDER BY id
    """,
    """
    INSERT INTO main.refused_file (run_id, file, message)
    SELECT (SELECT id FROM main.run WHERE uuid = n.uuid), file, message
    FROM source.refused_file JOIN temp.new_run AS n ON n.old = run_id ORDER BY id
    """,
    """
    INSERT INTO main.network_total (run_id, backend, threads, sum_of_layers_ns)
    SELECT (SELECT id FROM main.run WHERE uuid = n.uuid), backend, threads, sum_of_layers_ns
    FROM source.network_total JOIN temp.new_run AS n ON n.old = run_id ORDER BY id
    """,
  ]

  private static let result =
    "backend, algorithm, status, elements, max_abs_error, max_ratio, probabilistic_ratio, ulp_p50, ulp_p99, ulp_max, "
    + "failure_index, failure_expected, failure_got, failure_bound, repro, message, chained_status, "
    + "chained_local_ratio, chained_drift"
  private static let timing =
    "threads, median_ns, ci_low_ns, ci_high_ns, ci_coverage, samples, repetitions, ending, gflops, roof_fraction"

  /// Joins each timing of `source` that is new (s) with its row in `main` (m), by what it is the timing of.
  private static let pairedResults = """
    FROM source.timing AS t JOIN source.result AS s ON s.id = t.result_id
    JOIN temp.new_run AS n ON n.old = s.run_id JOIN main.run AS r ON r.uuid = n.uuid
    JOIN main.result AS m ON m.run_id = r.id AND m.backend = s.backend AND m.algorithm = s.algorithm
      AND m.layer_id = \(number(of: "layer", layer, source: "s.layer_id"))
    """
  private static let pairedTotals = """
    FROM source.timing AS t JOIN source.network_total AS s ON s.id = t.network_total_id
    JOIN temp.new_run AS n ON n.old = s.run_id JOIN main.run AS r ON r.uuid = n.uuid
    JOIN main.network_total AS m ON m.run_id = r.id AND m.backend = s.backend AND m.threads = s.threads
    """

  private static let results: [String] =
    [
      """
      INSERT INTO main.result (run_id, layer_id, \(result))
      SELECT (SELECT id FROM main.run WHERE uuid = n.uuid), \(number(of: "layer", layer, source: "layer_id")),
        \(result)
      FROM source.result AS s JOIN temp.new_run AS n ON n.old = s.run_id ORDER BY s.id
      """
    ]
    + [("result_id", pairedResults), ("network_total_id", pairedTotals)].flatMap { owner, pairs in
      let columns = timing.split(separator: " ").map { "t.\($0)" }.joined(separator: " ")
      return [
        "INSERT INTO main.timing (\(owner), \(timing)) SELECT m.id, \(columns) \(pairs)",
        """
        INSERT INTO main.sample (timing_id, ns) SELECT mt.id, p.ns \(pairs)
        JOIN main.timing AS mt ON mt.\(owner) = m.id JOIN source.sample AS p ON p.timing_id = t.id
        """,
      ]
    }

  private static let experimentLayer =
    "position, layer, kind, backend, repetitions, base_algorithm, head_algorithm, base_status, head_status, "
    + "base_max_ratio, head_max_ratio"
  private static let visit =
    "position, arm, wall_ns, steal_ns, involuntary_switches, minor_faults, major_faults, instructions, cycles, control_ns"

  private static let experiments: [String] = [
    """
    CREATE TEMP TABLE new_experiment AS SELECT id AS old, uuid FROM source.experiment
    WHERE uuid NOT IN (SELECT uuid FROM main.experiment)
    """,
    """
    INSERT INTO main.experiment (uuid, suite, shard, shards, label, network, machine_id, base_environment_id,
      head_environment_id, base_hot_code, head_hot_code, started, finished, status, plan, verdict)
    SELECT uuid, suite, shard, shards, label, network,
      \(number(of: "machine", ["identity"], source: "e.machine_id")),
      \(number(of: "environment", environment, source: "e.base_environment_id")),
      \(number(of: "environment", environment, source: "e.head_environment_id")),
      base_hot_code, head_hot_code, started, finished, status, plan, verdict
    FROM source.experiment AS e WHERE id IN (SELECT old FROM temp.new_experiment) ORDER BY id
    """,
    """
    INSERT INTO main.experiment_layer (experiment_id, \(experimentLayer))
    SELECT (SELECT id FROM main.experiment WHERE uuid = n.uuid), \(experimentLayer)
    FROM source.experiment_layer JOIN temp.new_experiment AS n ON n.old = experiment_id ORDER BY id
    """,
    """
    INSERT INTO main.block (experiment_id, number, stage, discarded)
    SELECT (SELECT id FROM main.experiment WHERE uuid = n.uuid), number, stage, discarded
    FROM source.block JOIN temp.new_experiment AS n ON n.old = experiment_id ORDER BY id
    """,
    """
    INSERT INTO main.visit (block_id, \(visit))
    SELECT mb.id, \(visit) FROM source.visit JOIN source.block AS sb ON sb.id = block_id
    JOIN temp.new_experiment AS n ON n.old = sb.experiment_id
    JOIN main.experiment AS e ON e.uuid = n.uuid
    JOIN main.block AS mb ON mb.experiment_id = e.id AND mb.number = sb.number
    """,
    """
    INSERT INTO main.visit_sample (visit_id, experiment_layer_id, ns)
    SELECT mv.id, ml.id, p.ns FROM source.visit_sample AS p
    JOIN source.visit AS sv ON sv.id = p.visit_id JOIN source.block AS sb ON sb.id = sv.block_id
    JOIN temp.new_experiment AS n ON n.old = sb.experiment_id
    JOIN main.experiment AS e ON e.uuid = n.uuid
    JOIN main.block AS mb ON mb.experiment_id = e.id AND mb.number = sb.number
    JOIN main.visit AS mv ON mv.block_id = mb.id AND mv.position = sv.position
    JOIN source.experiment_layer AS sl ON sl.id = p.experiment_layer_id
    JOIN main.experiment_layer AS ml ON ml.experiment_id = e.id AND ml.layer = sl.layer
      AND ml.backend = sl.backend
    """,
  ]

  private static let documents = """
    INSERT INTO main.document (uuid, schema, run_id, created, json)
    SELECT d.uuid, schema, (SELECT m.id FROM source.run AS s JOIN main.run AS m ON m.uuid = s.uuid
      WHERE s.id = d.run_id), created, json
    FROM source.document AS d WHERE d.uuid NOT IN (SELECT uuid FROM main.document) ORDER BY d.id
    """

  private static let baselines = """
    INSERT INTO main.baseline (name, run_id, note, is_active, changed)
    SELECT name, (SELECT m.id FROM source.run AS s JOIN main.run AS m ON m.uuid = s.uuid WHERE s.id = b.run_id),
      note, is_active, changed
    FROM source.baseline AS b WHERE true
    ON CONFLICT (name, run_id) DO UPDATE SET note = excluded.note, is_active = excluded.is_active,
      changed = excluded.changed WHERE excluded.changed > changed
    """

  private static let regressions = """
    INSERT INTO main.regression (uuid, series, network, layer, backend, measure, state, ratio, base_commit,
      head_commit, opened, changed, reason, expires)
    SELECT uuid, series, network, layer, backend, measure, state, ratio, base_commit, head_commit, opened, changed,
      reason, expires
    FROM source.regression WHERE true
    ON CONFLICT (uuid) DO UPDATE SET state = excluded.state, ratio = excluded.ratio,
      head_commit = excluded.head_commit, changed = excluded.changed, reason = excluded.reason,
      expires = excluded.expires WHERE excluded.changed > changed
    """
}
