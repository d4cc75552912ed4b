extension HistoryDatabase {
  /// What the tables and columns mean, for whoever reads the database with other tools.
  package static let schemaDocumentation = """
    # The record, version \(Schema.version)

    SQLite in WAL mode, `PRAGMA user_version` = \(Schema.version), `PRAGMA application_id` = \
    \(Schema.applicationID) ("EFGR"). All tables are STRICT. Times are nanoseconds per call; dates are ISO 8601 in UTC. \
    SQLite has no NaN, so NULL in a column of numbers means "not a number" or "not measured"; infinities are \
    themselves. The two views are a promise; tables may gain columns.

    ## Views
    - `v_layer_results`: `run` (UUID), `network`, `layer`, `backend`, `algorithm`, `status`, `max_ratio`, \
    `median_ns`, `gflops`. One row per layer, backend and algorithm.
    - `v_runs`: `run`, `label`, `network`, `started`, `finished`, `status`, `cpu_model`, `threads`, `isa`, \
    `toolchain`, `git_commit`, `git_dirty`, `planned_layers`, `layers` (recorded), `results`, `bad_results` (not \
    exact, passed or marginal), `max_ratio` (the largest).

    ## Tables
    - `machine`: a machine as far as it bears on speed. `identity` (equal for runs whose times may be compared), \
    `cpu_model`, `vendor`, `signature` (family, model, stepping), `architecture`, `logical_cpus`, `physical_cores`, \
    `caches` (JSON: level, type, bytes, shared_by), `memory_bytes`, `is_virtual`, `flags` (JSON).
    - `environment`: `toolchain`, `configuration` (debug or release), `build_flags`, `git_commit`, `git_dirty` (NULL: unknown), \
    `threads`, `isa`, `os`, `kernel`, `openblas_coretype`.
    - `run`: `uuid`, `label`, `network`, `machine_id`, `environment_id`, `started`, `finished`, `status` (running, \
    complete, interrupted; a killed run stays running), `options` (JSON), `planned_layers`, `load_average` (at the \
    start), `roofs` (JSON: isa, threads, gflops, gbps, caches).
    - `layer`: a layer of a network, shared by the runs in which it is the same. `network`, `name`, `kind`, \
    `position`, `attributes` (in words), `input_shapes`, `output_shape` (JSON, NCHW), `parameters`, `macs`, `bytes` \
    (moved at the least).
    - `result`: one layer on one backend with one algorithm. `run_id`, `layer_id`, `backend`, `algorithm`, `status` \
    (exact, passed, marginal, failed, mistrusted, unimplemented, refused), `elements` (compared), `max_abs_error`, \
    `max_ratio` (largest |error| / guaranteed bound), `probabilistic_ratio` (largest |error| / probabilistic bound), \
    `ulp_p50`, `ulp_p99`, `ulp_max`, the first element past its bound as `failure_index` (JSON), `failure_expected`, \
    `failure_got`, `failure_bound`, then `repro`, `message`, and for the layer inside the network `chained_status`, \
    `chained_local_ratio` (own error / bound), `chained_drift` (own and inherited error / largest magnitude).
    - `timing`: of a result (`result_id`) or of a whole network (`network_total_id`). `threads`, `median_ns`, \
    `ci_low_ns`, `ci_high_ns`, `ci_coverage` (of the order-statistic interval), `samples` (how many), `repetitions` \
    (calls in each sample), `ending` (precise, budget_spent, samples_spent, stopped), `gflops` (direct algorithm), \
    `roof_fraction` (1 = at the roof).
    - `sample`: the raw samples of a timing. `timing_id`, `ns` (BLOB of little-endian float64, in order).
    - `network_total`: `run_id`, `backend`, `threads`, `sum_of_layers_ns`.
    - `refused_file`: `run_id`, `file`, `message`.

    Every table has the key `id`, but `sample`, whose key is `timing_id`.

    """
}
