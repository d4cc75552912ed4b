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
    start), `roofs` (JSON: isa, threads, gflops, gbps, caches, harness_ns), `origin` (the file that it was merged from; empty where \
    it was recorded), `hot_code` (digest of the compiled code that is timed; NULL: unknown).
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
    `roof_fraction` (1 = at the roof; the peak was measured in turns with the samples, the bandwidth of as many bytes \
    right before them, in runs before 29 November 2026 both once, before all layers).
    - `sample`: the raw samples of a timing. `timing_id`, `ns` (BLOB of little-endian float64, in order).
    - `network_total`: `run_id`, `backend`, `threads`, `sum_of_layers_ns`.
    - `refused_file`: `run_id`, `file`, `message`.
    - `document`: a JSON document, such as a self-test's. `uuid`, `schema` (its name and version), `run_id` (NULL: of \
    no run), `created`, `json`.
    - `baseline`: a run that bears a name; a name may be borne by runs of several machines, and of those that compare \
    the latest holds. `name`, `run_id`, `note`, `is_active` (0: taken away), `changed`.
    - `experiment`: two builds compared in interleaved processes, or one shard of that. `uuid`, `suite` (shared by \
    the shards), `shard`, `shards`, `label`, `network`, `machine_id`, `base_environment_id`, `head_environment_id`, \
    `base_hot_code`, `head_hot_code` (digests of the compiled code that is timed), `started`, `finished`, `status`, \
    `plan` (JSON), `verdict` (JSON; NULL until there is one).
    - `experiment_layer`: a layer and backend of an experiment. `experiment_id`, `position`, `layer`, `kind`, \
    `backend`, `repetitions` (calls in each sample, the same in all arms), `base_algorithm`, `head_algorithm`, \
    `base_status`, `head_status`, `base_max_ratio`, `head_max_ratio` (of the verification before timing).
    - `block`: one balanced block of an experiment's processes. `experiment_id`, `number`, `stage` (1; 2 confirms), \
    `discarded` (the rule that it broke; NULL: kept).
    - `visit`: one process in a block. `block_id`, `position`, `arm` (base, control, head), `wall_ns`, `steal_ns`, \
    `involuntary_switches`, `minor_faults`, `major_faults`, `instructions`, `cycles` (NULL where the kernel gives \
    none), `control_ns` (a call of the control kernel).
    - `visit_sample`: `visit_id`, `experiment_layer_id`, `ns` (BLOB of little-endian float64, in order).
    - `regression`: a change for the worse and how it stands. `uuid`, `series` (machine, toolchain, flags, threads and \
    instruction set in one), `network`, `layer`, `backend`, `measure` (time or accuracy), `state` (new, confirmed, \
    accepted, fixed), `ratio`, `base_commit`, `head_commit`, `opened`, `changed`, `reason`, `expires` (of an \
    acceptance; NULL: never).

    Every table has the key `id`, but `sample`, whose key is `timing_id`, and `visit_sample`, whose key is the pair.

    """
}
