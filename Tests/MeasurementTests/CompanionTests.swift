import Testing

@testable import Measurement

/// A clock that only moves when a test moves it.
private final class FakeClock {
  var now: UInt64 = 0
  var calls: [String] = []

  func arm(_ name: String, earlier: [Double] = [], costs: @escaping (_ now: UInt64) -> UInt64) -> Arm {
    Arm(name: name, earlierSamples: earlier) {
      self.now += costs(self.now)
      self.calls.append(name)
    }
  }
}

@Suite("Companions")
struct CompanionTests {
  private let clock = FakeClock()
  private let fourTurns = TimingPlan(
    minimumSamples: 4, maximumSamples: 4, budget: 9, warmUp: 0, precision: 0)

  /// Of 11 ms, a companion takes its turn in every block of 300 ms, and after three of 40 ms.
  @Test(arguments: [(150, "cabcbacabcba"), (20, "cabbaabcba")])
  func aCompanionTakesATenthOfTheTimeAndIsNoResult(milliseconds: UInt64, order: String) {
    let arms = ["a", "b"].map { clock.arm($0) { _ in milliseconds * 1_000_000 } }
    let timings = measure(
      arms: arms, beside: clock.arm("c") { _ in 11_000_000 }, plan: fourTurns, clock: { clock.now })
    // After the calls that find out how long one takes.
    #expect(clock.calls.dropFirst(3).joined() == order)
    #expect(timings.map(\.name) == ["a", "b"])
    #expect(timings.allSatisfy { $0.companionMedian == 1.1e7 })
  }

  /// An arm that took long before leaves no time behind that a companion could spend beside quick ones.
  @Test func aSlowArmsTimeIsNotSavedUp() {
    let slow = clock.arm("s", earlier: [9e9, 9e9, 9e9, 9e9]) { _ in 9_000_000_000 }
    let quick = clock.arm("a") { _ in 20_000_000 }
    let timings = measure(
      arms: [slow, quick], beside: clock.arm("c") { _ in 11_000_000 }, plan: fourTurns, clock: { clock.now })
    #expect(clock.calls.dropFirst(2).joined() == "caaaa")
    #expect(timings.map(\.name) == ["s", "a"])
  }

  /// The machine is half as quick from a quarter of a second on, when the quick arm has long been precise.
  @Test func eachArmIsComparedWithItsOwnTurns() throws {
    let pace: (UInt64) -> UInt64 = { $0 < 250_000_000 ? 1 : 2 }
    let plan = TimingPlan(minimumSamples: 6, maximumSamples: 41, budget: 9, warmUp: 0, precision: 0.01)
    let steady = clock.arm("steady") { _ in 10_000_000 }
    let unsteady = clock.arm("unsteady") { 10_000_000 * pace($0) + $0 % 3 }
    let never = TimingPlan(minimumSamples: 41, maximumSamples: 41, budget: 9, warmUp: 0, precision: 0.01)
    let companion = clock.arm("roof") { 10_000_000 * pace($0) }
    let short = try #require(
      measure(arms: [steady], beside: companion, plan: plan, clock: { clock.now }).first)
    #expect(short.samples.count == 6)
    #expect(short.companionMedian == 1e7)
    let long = try #require(
      measure(arms: [unsteady], beside: companion, plan: never, clock: { clock.now }).first)
    #expect(long.companionMedian == 2e7)
    #expect(abs(long.median / 2e7 - 1) < 1e-6)
  }

  @Test func whatIsKnownAlreadyCallsNoCompanion() throws {
    let plan = TimingPlan(minimumSamples: 1, maximumSamples: 4, budget: 1, warmUp: 0)
    let slow = clock.arm("slow", earlier: [3e9]) { _ in 3_000_000_000 }
    let timing = try #require(
      measure(arms: [slow], beside: clock.arm("roof") { _ in 1 }, plan: plan, clock: { clock.now }).first)
    #expect(timing.companionMedian == nil)
    #expect(clock.calls.isEmpty)
  }
}

/// A machine whose peak is a matter of the test: 1000 operations in a round.
@Suite("Roofs beside layers")
struct RoofBenchTests {
  private final class Rounds {
    var last = 0
  }

  private let rounds = Rounds()

  private func bench() -> RoofBench {
    var machine = MachineInfo.read(root: "/nowhere")
    machine.caches = [.init(level: 2, type: "unified", bytes: 1 << 20, sharedBy: 1)]
    return RoofBench(
      machine: machine, instructionSet: "avx2", threads: 1,
      peak: .init(flopsPerRound: 1000) { [rounds] in rounds.last = $0 }, rounds: 1, seconds: 0.001)
  }

  @Test func multiplyAddsAreThoseOfTheLayerWithinLimits() {
    let bench = bench()
    for (flops, expected) in [(1e9, 1_000_000), (1e6, 400_000), (1e12, 1_600_000)] {
      bench.probe(flops: flops, bytes: 0).arm?.body()
      #expect(rounds.last == expected)
    }
  }

  @Test func nothingRunsBesideWhatBytesBound() throws {
    let bench = bench()
    let probe = bench.probe(flops: 0, bytes: 1 << 19)
    #expect(probe.arm == nil)
    let timing = try #require(Timing(name: "a", samples: [800], repetitions: 1, ending: .precise))
    // Half a megabyte moves at more than 10 MB/s and at less than 10 TB/s.
    #expect((50...5e7).contains(probe.leastNanoseconds(beside: timing)))
    #expect(bench.probe(flops: 1, bytes: 1 << 26).arm == nil)
    #expect(bench.roofs.gbps > 0 && bench.roofs.caches.map(\.level) == ["L2"])
  }

  /// A call of the companion that takes twice as long as at the roofs makes the layer's least time twice as long.
  @Test func theLeastTimeFollowsTheCompanion() throws {
    let probe = RoofProbe(leastNanoseconds: 500, callNanoseconds: 1000) {}
    let beside = try #require(
      Timing(name: "a", samples: [800], repetitions: 1, ending: .precise, companionMedian: 2000))
    let alone = try #require(Timing(name: "a", samples: [800], repetitions: 1, ending: .precise))
    #expect(probe.leastNanoseconds(beside: beside) == 1000)
    #expect(probe.leastNanoseconds(beside: alone) == 500)
  }
}
