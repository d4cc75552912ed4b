import Foundation
import History

/// The samples as Google Benchmark's JSON, which its `compare.py` takes: each sample is one repetition of
/// `network/layer/backend`. CPU time is not measured, so real time stands in both places.
struct GoogleBenchmark: Encodable {
  struct Cache: Encodable {
    var type: String
    var level: Int
    var size: Int
    var num_sharing: Int
  }

  struct Context: Encodable {
    var date: String
    var host_name: String
    var executable = "efgrbench"
    var num_cpus: Int
    /// Not measured.
    var mhz_per_cpu = 0
    var cpu_scaling_enabled = false
    var caches: [Cache]
    var load_avg: [Double]
    var library_build_type: String
  }

  struct Benchmark: Encodable {
    var name: String
    var family_index: Int
    var per_family_instance_index = 0
    var run_name: String
    var run_type = "iteration"
    var repetitions: Int
    var repetition_index: Int
    var threads: Int
    var iterations: Int
    var real_time: Double
    var cpu_time: Double
    var time_unit = "ns"
  }

  let context: Context
  let benchmarks: [Benchmark]

  init(_ contents: ReportContents) {
    let run = contents.run
    let machine = run.header.machine
    context = Context(
      date: run.header.started.formatted(Date.ISO8601FormatStyle()), host_name: machine.cpuModel,
      num_cpus: machine.logicalCPUs,
      caches: machine.caches.map {
        Cache(type: $0.type.capitalisedFirst, level: $0.level, size: $0.bytes, num_sharing: $0.sharedBy)
      }, load_avg: run.header.environment.system.loadAverage.map { [$0] } ?? [],
      library_build_type: run.header.environment.build.configuration)
    let timed =
      run.layers.flatMap { layer in
        layer.results.compactMap { result in
          result.timing.map { (name: Self.name(run, layer, result), timing: $0) }
        }
      }
      + run.totals.compactMap { total in
        total.endToEnd.map { (name: "\(run.header.network)/end_to_end/\(total.backend)", timing: $0) }
      }
    benchmarks = timed.enumerated().flatMap { family, entry in
      entry.timing.samples.enumerated().map { index, sample in
        Benchmark(
          name: entry.name, family_index: family, run_name: entry.name,
          repetitions: entry.timing.samples.count,
          repetition_index: index, threads: entry.timing.threads, iterations: entry.timing.repetitions,
          real_time: sample, cpu_time: sample)
      }
    }
  }

  /// Candidates, which share layer and backend with the chosen algorithm, are told apart by their own.
  private static func name(_ run: RunRecord, _ layer: LayerRecord, _ result: ResultRecord) -> String {
    let name = "\(run.header.network)/\(layer.name)/\(result.backend)"
    return layer.result(of: result.backend) == result ? name : "\(name)/\(result.algorithm)"
  }
}
