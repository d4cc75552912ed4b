import History
import Measurement

/// What `bench --json` writes.
package struct BenchDocument: Sendable, Hashable, Codable {
  /// One layer on one backend.
  package struct Result: Sendable, Hashable, Codable {
    package let network: String
    package let layer: String
    package let kind: String
    package let backend: String
    package let algorithm: String
    /// Whether the plan promises the same bits on every run; null where that is not known.
    package let deterministic: Nullable<Bool>
    package let threads: Int
    package let medianNs: JSONNumber
    package let ciLowNs: JSONNumber
    package let ciHighNs: JSONNumber
    package let samples: Int
    package let gflops: Nullable<JSONNumber>
    package let roofFraction: Nullable<JSONNumber>

    package init(
      network: String, layer: String, kind: String, backend: String, algorithm: String,
      isDeterministic: Bool? = nil, timing: TimingRecord
    ) {
      self.network = network
      self.layer = layer
      self.kind = kind
      self.backend = backend
      self.algorithm = algorithm
      deterministic = Nullable(isDeterministic)
      threads = timing.threads
      medianNs = JSONNumber(timing.median)
      ciLowNs = JSONNumber(timing.low)
      ciHighNs = JSONNumber(timing.high)
      samples = timing.samples.count
      gflops = Nullable(number: timing.gflops)
      roofFraction = Nullable(number: timing.roofFraction)
    }

    enum CodingKeys: String, CodingKey {
      case network, layer, kind, backend, algorithm, deterministic, threads, samples, gflops
      case medianNs = "median_ns"
      case ciLowNs = "ci_low_ns"
      case ciHighNs = "ci_high_ns"
      case roofFraction = "roof_fraction"
    }
  }

  /// The whole network on one backend.
  package struct Total: Sendable, Hashable, Codable {
    package let backend: String
    /// Only where totals of several numbers of threads stand side by side.
    package let threads: Int?
    package let endToEndNs: Nullable<JSONNumber>
    package let sumOfLayersNs: Nullable<JSONNumber>

    package init(_ total: NetworkTotal, isOneOfSeveral: Bool) {
      backend = total.backend
      threads = isOneOfSeveral ? total.threads : nil
      endToEndNs = Nullable(number: total.endToEnd?.median)
      sumOfLayersNs = Nullable(number: total.sumOfLayers)
    }

    enum CodingKeys: String, CodingKey {
      case backend, threads
      case endToEndNs = "end_to_end_ns"
      case sumOfLayersNs = "sum_of_layers_ns"
    }
  }

  package let schema: String
  package let machine: MachineInfo
  package let roofs: Nullable<Roofs>
  package let results: [Result]
  package let networkTotal: [Total]

  package init(machine: MachineInfo, roofs: Roofs?, results: [Result], networkTotal: [Total]) {
    schema = "efgrbench-bench/1"
    self.machine = machine
    self.roofs = Nullable(roofs)
    self.results = results
    self.networkTotal = networkTotal
  }

  enum CodingKeys: String, CodingKey {
    case schema, machine, roofs, results
    case networkTotal = "network_total"
  }
}

extension BenchDocument {
  /// The timed part of a recorded run.
  ///
  /// - Parameter isDeterministic: what the plan of a layer on a backend promises, where that is known.
  package init(
    _ run: RunRecord, isDeterministic: (_ layer: String, _ backend: String) -> Bool? = { _, _ in nil }
  ) {
    self.init(
      machine: run.header.machine, roofs: run.header.roofs,
      results: run.layers.flatMap { layer in
        layer.results.compactMap { result in
          result.timing.map {
            Result(
              network: run.header.network, layer: layer.name, kind: layer.kind, backend: result.backend,
              algorithm: result.algorithm, isDeterministic: isDeterministic(layer.name, result.backend),
              timing: $0)
          }
        }
      },
      networkTotal: run.totals.map {
        Total($0, isOneOfSeveral: Set(run.totals.map(\.threads)).count > 1)
      })
  }
}
