import Foundation
import Measurement

@testable import History

/// A folder of its own for a test's database, removed at the end.
final class TemporaryFolder {
  let url = FileManager.default.temporaryDirectory.appendingPathComponent("history-\(UUID().uuidString)")

  init() throws {
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appendingPathComponent(name).path }
}

extension RunHeader {
  static func sample(
    uuid: String = "0b6f1e1c-0000-4000-8000-000000000001", started: Double = 1_790_000_000.25,
    network: String = "efgrnet-vgg16-320-coco"
  ) -> RunHeader {
    RunHeader(
      uuid: uuid, label: "first", network: network, started: Date(timeIntervalSince1970: started),
      machine: MachineInfo(
        cpuModel: "AMD EPYC", vendor: "AuthenticAMD", signature: "family 25", architecture: "x86_64",
        logicalCPUs: 2, physicalCores: 2,
        caches: [.init(level: 3, type: "unified", bytes: 1 << 25, sharedBy: 2)],
        memoryBytes: 24 << 30, isVirtual: true, flags: ["avx2", "fma"]),
      environment: EnvironmentRecord(
        build: BuildInfo(toolchain: "Swift 6.3.1", configuration: "release", flags: "kernels -Ounchecked"),
        git: GitState(commit: String(repeating: "a", count: 40), isDirty: false), threads: 2,
        instructionSet: "avx512",
        system: SystemState(
          operatingSystem: "Debian 12", kernel: "6.18", loadAverage: 0.25, openBLASCoreType: nil)),
      options: ["backends": "reference,tiled"], plannedLayers: 2,
      roofs: Roofs(instructionSet: "avx512", threads: 2, gflops: 210, gbps: 25))
  }
}

extension TimingRecord {
  static let sample = TimingRecord(
    threads: 2, median: 1500.5, low: 1490, high: 1510, coverage: 0.96875, repetitions: 3, ending: .precise,
    gflops: 120.5, roofFraction: 0.6, samples: [1500.5, 1490, 1510, 1495, 1505, 1502])
}

extension LayerRecord {
  static func sample(_ name: String = "conv1_1", position: Int = 0) -> LayerRecord {
    LayerRecord(
      name: name, kind: "conv2d", position: position, attributes: "3×3, pad 1, ReLU",
      inputShapes: [[1, 3, 320, 320]], outputShape: [1, 64, 320, 320], parameters: 1792,
      macs: 176_947_200, bytes: 27_453_000,
      results: [
        ResultRecord(
          backend: "tiled", algorithm: "direct", status: .passed, elements: 4096, maxAbsError: 1e-6,
          maxRatio: 0.01, probabilisticRatio: 0.2, ulp: ULPDistances(p50: 1, p99: 3, max: 9),
          chained: ChainedResult(status: .exact, localRatio: 0.02, drift: 1e-7), timing: .sample),
        ResultRecord(
          backend: "openblas", algorithm: "im2col", status: .failed, elements: 4096, maxAbsError: .infinity,
          maxRatio: .infinity,
          firstFailure: FirstFailure(index: [0, 1, 2, 3], expected: 1, got: -.infinity, bound: 1e-6),
          repro: "efgrbench verify a,\"b", message: "It's <wrong>."),
      ])
  }
}
