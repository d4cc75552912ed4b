-- Fills a database that holds one run with 499 more like it: earlier ones, an hour apart, whose times waver by up to
-- 6 % and once took a step. Samples are copied as they are.
CREATE TEMP TABLE original AS SELECT id FROM run ORDER BY started DESC, id DESC LIMIT 1;

WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 499)
INSERT INTO run (uuid, label, network, machine_id, environment_id, started, finished, status, options,
  planned_layers, load_average, roofs)
SELECT printf('%08x-0000-4000-8000-000000000000', i), 'run ' || i, network, machine_id, environment_id,
  strftime('%Y-%m-%dT%H:%M:%fZ', started, '-' || i || ' hours'), finished, 'complete', options, planned_layers,
  load_average, roofs
FROM run, n WHERE id = (SELECT id FROM original);

INSERT INTO result (run_id, layer_id, backend, algorithm, status, elements, max_abs_error, max_ratio,
  probabilistic_ratio, ulp_p50, ulp_p99, ulp_max, repro, message, chained_status, chained_local_ratio, chained_drift)
SELECT run.id, layer_id, backend, algorithm, result.status, elements, max_abs_error, max_ratio, probabilistic_ratio,
  ulp_p50, ulp_p99, ulp_max, repro, message, chained_status, chained_local_ratio, chained_drift
FROM result, run WHERE run_id = (SELECT id FROM original) AND run.id <> run_id
ORDER BY run.id, result.id;

INSERT INTO timing (result_id, threads, median_ns, ci_low_ns, ci_high_ns, ci_coverage, samples, repetitions, ending,
  gflops, roof_fraction)
SELECT made.id, threads, median_ns * factor, ci_low_ns * factor, ci_high_ns * factor, ci_coverage, samples,
  repetitions, ending, gflops / factor, roof_fraction / factor
FROM (SELECT *, (1 + (run_id * 7919 + layer_id * 104729) % 61 / 1000.0) * iif(run_id > 200, 1.1, 1) AS factor FROM result) AS made
JOIN result AS old ON old.run_id = (SELECT id FROM original) AND old.layer_id = made.layer_id
  AND old.backend = made.backend AND old.algorithm = made.algorithm
JOIN timing ON timing.result_id = old.id
WHERE made.run_id <> old.run_id;

INSERT INTO sample (timing_id, ns)
SELECT timing.id, first.ns FROM timing JOIN result AS made ON made.id = timing.result_id
JOIN result AS old ON old.run_id = (SELECT id FROM original) AND old.layer_id = made.layer_id
  AND old.backend = made.backend AND old.algorithm = made.algorithm
JOIN timing AS before ON before.result_id = old.id JOIN sample AS first ON first.timing_id = before.id
WHERE made.run_id <> old.run_id;

INSERT INTO network_total (run_id, backend, threads, sum_of_layers_ns)
SELECT run.id, backend, threads, sum_of_layers_ns * (1 + run.id * 7919 % 61 / 1000.0) FROM network_total, run
WHERE run_id = (SELECT id FROM original) AND run.id <> run_id;

DROP TABLE original;
