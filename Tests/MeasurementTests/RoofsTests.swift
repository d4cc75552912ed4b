import Foundation
import Testing

@testable import Measurement

@Suite("Roofs")
struct RoofsTests {
  private let roofs = Roofs(
    instructionSet: "avx512", threads: 2, gflops: 200, gbps: 20,
    caches: [
      .init(level: "L2", capacityBytes: 2 << 20, gbps: 100),
      .init(level: "L3", capacityBytes: 32 << 20, gbps: 50),
    ])

  @Test func computeBoundLayersMeetThePeak() {
    #expect(roofs.leastNanoseconds(flops: 1e9, bytes: 1000) == 5e6)
  }

  @Test func bandwidthIsThatOfTheLevelThatHoldsTheBytes() {
    #expect(roofs.bandwidth(bytes: 1 << 20) == 100)
    #expect(roofs.bandwidth(bytes: 3 << 20) == 50)
    #expect(roofs.bandwidth(bytes: 1 << 30) == 20)
    #expect(roofs.leastNanoseconds(flops: 0, bytes: 1_000_000_000) == 5e7)
  }

  @Test func capacitiesCountTheCachesThatThreadsUse() {
    var machine = MachineInfo.read(root: "/nowhere")
    machine.caches = [
      .init(level: 1, type: "data", bytes: 32768, sharedBy: 1),
      .init(level: 2, type: "unified", bytes: 1 << 20, sharedBy: 1),
      .init(level: 3, type: "unified", bytes: 32 << 20, sharedBy: 8),
    ]
    let levels = RoofBench.capacities(machine: machine, threads: 4)
    #expect(levels.map(\.level) == ["L1", "L2", "L3"])
    #expect(levels.map(\.capacity) == [128 << 10, 4 << 20, 32 << 20])
  }

  @Test func workingSetsLieBetweenTheirLevelAndTheOneBelow() {
    #expect(RoofBench.workingSets(above: 0, within: 64 << 10) == [32 << 10])
    #expect(RoofBench.workingSets(above: 64 << 10, within: 1 << 20) == [80 << 10, 512 << 10])
    // A level that is hardly larger than the one below has no room for two.
    #expect(RoofBench.workingSets(above: 1 << 20, within: 2 << 20) == [5 << 18])
  }

  @Test func streamingMeasuresSomething() {
    let kernel = StreamKernel(workingSet: 1 << 20, threads: 2)
    #expect(kernel.bytesPerPass == Double(1 << 20))
    #expect(kernel.measureBandwidth(rounds: 1, seconds: 0.001) > 0)
    #expect(measureRoof(flopsPerCall: 1) {} > 0)
  }

  @Test func roofsSurviveJSON() throws {
    let data = try JSONEncoder().encode(roofs)
    #expect(try JSONDecoder().decode(Roofs.self, from: data) == roofs)
  }
}

@Suite("Git")
struct GitStateTests {
  @Test func aFolderOutsideOfACheckoutIsUnknown() {
    #expect(GitState.of(folder: "/proc") == .unknown)
    #expect(GitState.of(folder: "/nowhere/at/all") == .unknown)
  }
}
