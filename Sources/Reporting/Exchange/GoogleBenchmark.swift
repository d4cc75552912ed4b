import Foundation
import History

/// The samples as Google Benchmark's JSON, which its `compare.py` takes: each sample is one repetition of
/// `network/layer/backend`. CPU time is not measured, so real time stands in both places.
struct GoogleBenchmark: Encodable {
  struct Cache: Encodable {
    var type: String
    var level: Int
    var size: Int
    var numSharing: Int

    enum CodingKeys: String, CodingKey {
      case type, level, size
      case numSharing = "num_sharing"
    }
  }

  struct Context: Encodable {
    var date: String
    var hostName: String
    var executable = "efgrbench"
    var numCpus: Int
    /// Not measured.
    var mhzPerCpu = 0
    var cpuScalingEnabled = false
    var caches: [Cache]
    var loadAvg: [Double]
    var libraryBuildType: String

    enum CodingKeys: String, CodingKey {
      case date, executable, caches
      case hostName = "host_name"
      case numCpus = "num_cpus"
      case mhzPerCpu = "mhz_per_cpu"
      case cpuScalingEnabled = "cpu_scaling_enabled"
      case loadAvg = "load_avg"
      case libraryBuildType = "library_build_type"
    }
  }

  struct Benchmark: Encodable {
    var name: String
    var familyIndex: Int
    var perFamilyInstanceIndex = 0
    var runName: String
    var runType = "iteration"
    var repetitions: Int
    var repetitionIndex: Int
    var threads: Int
    var iterations: Int
    var realTime: Double
    var cpuTime: Double
    var timeUnit = "ns"

    enum CodingKeys: String, CodingKey {
      case name, repetitions, threads, iterations
      case familyIndex = "family_index"
      case perFamilyInstanceIndex = "per_family_instance_index"
      case runName = "run_name"
      case runType = "run_type"
      case repetitionIndex = "repetition_index"
      case realTime = "real_time"
      case cpuTime = "cpu_time"
      case timeUnit = "time_unit"
    }
  }

  let context: Context
  let benchmarks: [Benchmark]

  init(_ contents: ReportContents) {
    let run = contents.run
    let machine = run.header.machine
    context = Context(
      date: run.header.started.formatted(Date.ISO8601FormatStyle()), hostName: machine.cpuModel,
      numCpus: machine.logicalCPUs,
      caches: machine.caches.map {
        Cache(type: $0.type.capitalisedFirst, level: $0.level, size: $0.bytes, numSharing: $0.sharedBy)
      }, loadAvg: run.header.environment.system.loadAverage.map { [$0] } ?? [],
      libraryBuildType: run.header.environment.build.configuration)
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
          name: entry.name, familyIndex: family, runName: entry.name,
          repetitions: entry.timing.samples.count,
          repetitionIndex: index, threads: entry.timing.threads, iterations: entry.timing.repetitions,
          realTime: sample, cpuTime: sample)
      }
    }
  }

  /// Candidates, which share layer and backend with the chosen algorithm, are told apart by their own.
  private static func name(_ run: RunRecord, _ layer: LayerRecord, _ result: ResultRecord) -> String {
    let name = "\(run.header.network)/\(layer.name)/\(result.backend)"
    return layer.result(of: result.backend) == result ? name : "\(name)/\(result.algorithm)"
  }
}
