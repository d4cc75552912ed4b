import Foundation
import History
import Measurement

@testable import Reporting

/// Made-up runs of the size and shape of a real one. Nothing random: the numbers follow from the layer's place.
enum FakeRun {
  /// EFGRNet-VGG16-320 with its main layers on three backends, all of them right.
  static func complete() -> RunRecord {
    let layers = FakeLayers.all.enumerated().map { position, layer in
      record(layer, position: position)
    }
    let totals = ["reference", "tiled", "openblas"].map { backend in
      let sum = layers.reduce(0) { $0 + ($1.result(of: backend)?.timing?.median ?? 0) }
      let hasAll = backend != "openblas"
      let macs = Double(layers.reduce(0) { $0 + $1.macs })
      let endToEnd = timing(sum * 1.012, macs: macs, bytes: 1, noise: 0.006)
      return NetworkTotal(
        backend: backend, threads: 2, endToEnd: hasAll ? endToEnd : nil, sumOfLayers: hasAll ? sum : nil)
    }
    return RunRecord(
      header: header(plannedLayers: layers.count), status: .complete,
      finished: Date(timeIntervalSince1970: 1_795_404_500), totals: totals, layers: layers)
  }

  /// The same, killed half-way, with failures of several sorts and hostile names.
  static func troubled() -> RunRecord {
    var run = complete()
    run.status = .interrupted
    run.totals = []
    run.layers = Array(run.layers.prefix(40))
    run.layers[3].results[1].status = .failed
    run.layers[3].results[1].maxRatio = 37.5
    run.layers[3].results[1].timing = nil
    run.layers[3].results[1].message = "12 of 4096 elements are past their bound."
    run.layers[3].results[1].firstFailure = FirstFailure(
      index: [0, 3, 17, 42], expected: 0.731_058_6, got: .nan, bound: 3.1e-6)
    run.layers[3].results[1].repro = "efgrbench verify --backends tiled Golden/layers \"a b\""
    run.layers[7].results[2].status = .marginal
    run.layers[9].results[1].chained?.status = .failed
    run.layers[9].results[1].chained?.localRatio = 4
    run.layers[11].name = "<script>alert(1)</script>"
    run.layers[12].name = "a,\"b|c`d"
    run.layers[12].results[0].status = .mistrusted
    run.layers[12].results[0].timing = nil
    run.refused = [RefusedFile(file: "<img src=x>/bad.safetensors", message: "The header is cut off & lost.")]
    return run
  }

  static func header(plannedLayers: Int) -> RunHeader {
    RunHeader(
      uuid: "0b6f1e1c-5a2f-4c8e-9d7a-3f1b2c4d5e6f", label: "example", network: "efgrnet-vgg16-320-coco",
      started: Date(timeIntervalSince1970: 1_795_404_347),
      machine: MachineInfo(
        cpuModel: "AMD EPYC", vendor: "AuthenticAMD", signature: "family 25 model 17 stepping 1",
        architecture: "x86_64", logicalCPUs: 2, physicalCores: 2,
        caches: [
          .init(level: 1, type: "data", bytes: 32 << 10, sharedBy: 1),
          .init(level: 2, type: "unified", bytes: 1 << 20, sharedBy: 1),
          .init(level: 3, type: "unified", bytes: 32 << 20, sharedBy: 2),
        ], memoryBytes: 24_684_084 << 10, isVirtual: true,
        flags: ["sse2", "fma", "avx2", "avx512f", "avx512bw", "avx512vl"]),
      environment: EnvironmentRecord(
        build: BuildInfo(toolchain: "Swift 6.3.1", configuration: "release", flags: "kernels -Ounchecked"),
        git: GitState(commit: "8669d56a1b2c3d4e5f60718293a4b5c6d7e8f901", isDirty: true), threads: 2,
        instructionSet: "avx512",
        system: SystemState(
          operatingSystem: "Debian GNU/Linux 12 (bookworm)", kernel: "6.18.44", loadAverage: 0.21,
          openBLASCoreType: nil)),
      options: ["backends": "reference,tiled,openblas", "quick": "false"], plannedLayers: plannedLayers,
      roofs: roofs)
  }

  private static let roofs = Roofs(
    instructionSet: "avx512", threads: 2, gflops: 211, gbps: 28.4,
    caches: [
      .init(level: "L2", capacityBytes: 2 << 20, gbps: 174),
      .init(level: "L3", capacityBytes: 32 << 20, gbps: 71),
    ])

  private static func record(_ layer: FakeLayers.Layer, position: Int) -> LayerRecord {
    let backends = layer.macs > 0 ? ["reference", "tiled", "openblas"] : ["reference", "tiled"]
    return LayerRecord(
      name: layer.name, kind: layer.kind, position: position, attributes: layer.attributes,
      inputShapes: [layer.input], outputShape: layer.output, parameters: layer.parameters, macs: layer.macs,
      bytes: layer.bytes,
      results: backends.enumerated().map { place, backend in
        result(layer, backend: backend, wobble: Double((position * 7 + place * 3) % 11) / 10)
      })
  }

  private static func result(_ layer: FakeLayers.Layer, backend: String, wobble: Double) -> ResultRecord {
    let isExact = layer.macs == 0 && layer.kind != "softmax" && layer.kind != "batch_norm2d"
    let ratio = isExact ? 0 : (backend == "reference" ? 2e-3 : 2e-2) * (0.3 + wobble)
    let least = roofs.leastNanoseconds(flops: 2 * Double(layer.macs), bytes: layer.bytes)
    let slowness = backend == "reference" ? 180.0 : backend == "tiled" ? 1.25 : 1.6
    let time = timing(
      (least + 900) * (slowness + wobble * slowness / 3), macs: Double(layer.macs), bytes: layer.bytes,
      noise: backend == "reference" ? 0.002 : 0.004 + wobble / 200)
    return ResultRecord(
      backend: backend,
      algorithm: backend == "reference" ? "naive" : backend == "tiled" ? "implicit_gemm" : "im2col_sgemm",
      status: isExact ? .exact : wobble > 0.95 ? .marginal : .passed,
      elements: layer.output.reduce(1, *), maxAbsError: isExact ? 0 : ratio * 3e-5, maxRatio: ratio,
      probabilisticRatio: isExact ? 0 : ratio * 19,
      ulp: isExact
        ? ULPDistances(p50: 0, p99: 0, max: 0) : ULPDistances(p50: 1, p99: 14, max: 300 * wobble + 20),
      repro: "efgrbench verify --backends \(backend) Golden/layers",
      chained: ChainedResult(
        status: isExact ? .exact : .passed, localRatio: ratio * 1.1, drift: isExact ? 0 : 2e-6 * (1 + wobble)),
      timing: time)
  }

  private static func timing(_ median: Double, macs: Double, bytes: Int, noise: Double) -> TimingRecord {
    let samples = (0..<15).map { median * (1 + noise * Double($0 * 7 % 15 - 7) / 4) }
    return TimingRecord(
      threads: 2, median: median, low: median * (1 - noise), high: median * (1 + noise), coverage: 0.9648,
      repetitions: 1, ending: .precise, gflops: macs > 0 ? 2 * macs / median : nil,
      roofFraction: roofs.leastNanoseconds(flops: 2 * macs, bytes: bytes) / median, samples: samples)
  }
}
