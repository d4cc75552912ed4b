import ArgumentParser
import Foundation
import History
import Reporting

/// The forms that the record is written in for other tools.
enum ExportFormat: String, ExpressibleByArgument, CaseIterable {
  case csv, json
  /// What Google Benchmark's `--benchmark_format=json` writes, which many dashboards read.
  case googleBenchmark = "google-benchmark"

  func text(_ results: [ExportedResult]) throws -> String {
    switch self {
    case .csv: Self.csv(results)
    case .json: try ExportDocument(results: results).jsonText()
    case .googleBenchmark: try GoogleBenchmarkDocument(results).jsonText()
    }
  }

  private struct ExportDocument: Codable {
    var schema = "efgrbench-history/1"
    let results: [ExportedResult]
  }

  /// RFC 4180, with a line feed at each line's end.
  private static func csv(_ results: [ExportedResult]) -> String {
    let names = [
      "run", "label", "started", "network", "layer", "backend", "algorithm", "status", "max_ratio",
      "median_ns",
      "ci_low_ns", "ci_high_ns", "samples", "repetitions", "gflops", "threads", "isa", "toolchain", "commit",
      "cpu", "cpus",
    ]
    let lines = results.map { row in
      let numbers = [row.maxRatio, row.medianNs, row.ciLowNs, row.ciHighNs].map { $0.map { "\($0)" } ?? "" }
      let cells =
        [row.run, row.label, row.started, row.network, row.layer, row.backend, row.algorithm, row.status]
        + numbers + [row.samples.map(String.init) ?? "", row.repetitions.map(String.init) ?? ""]
        + [row.gflops.map { "\($0)" } ?? "", "\(row.threads)", row.isa, row.toolchain, row.commit, row.cpu]
        + ["\(row.cpus)"]
      return cells.map(quoted).joined(separator: ",")
    }
    return ([names.joined(separator: ",")] + lines).map { $0 + "\n" }.joined()
  }

  private static func quoted(_ cell: String) -> String {
    cell.contains { ",\"\n\r".contains($0) } ? "\"\(cell.replacing("\"", with: "\"\""))\"" : cell
  }
}

/// The newest results as Google Benchmark writes its own
/// (https://github.com/google/benchmark/blob/main/docs/user_guide.md, "Output Formats").
private struct GoogleBenchmarkDocument: Codable {
  struct Context: Codable {
    let date: String
    let executable: String
    let numCPUs: Int
    let libraryBuildType: String

    enum CodingKeys: String, CodingKey {
      case date, executable
      case numCPUs = "num_cpus"
      case libraryBuildType = "library_build_type"
    }
  }

  struct Benchmark: Codable {
    let name: String
    let runName: String
    let runType: String
    let repetitions: Int
    let repetitionIndex: Int
    let threads: Int
    let iterations: Int
    let realTime: Double
    /// The wall time once more: the processor's own time is not measured.
    let cpuTime: Double
    let timeUnit: String
    let label: String

    enum CodingKeys: String, CodingKey {
      case name, repetitions, threads, iterations, label
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

  init(_ results: [ExportedResult]) {
    context = Context(
      date: results.last?.started ?? "", executable: "efgrbench", numCPUs: results.last?.cpus ?? 0,
      libraryBuildType: "release")
    benchmarks = results.compactMap { row in
      guard let median = row.medianNs, let samples = row.samples, let calls = row.repetitions else {
        return nil
      }
      let name = "\(row.network)/\(row.layer)/\(row.backend)/\(row.algorithm)"
      return Benchmark(
        name: name, runName: name, runType: "iteration", repetitions: 1, repetitionIndex: 0,
        threads: row.threads, iterations: samples * calls, realTime: median, cpuTime: median,
        timeUnit: "ns", label: row.run)
    }
  }
}
