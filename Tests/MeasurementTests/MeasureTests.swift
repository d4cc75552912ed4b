import Testing

@testable import Measurement

/// A clock that only moves when a test moves it, so that nothing here depends on real time.
private final class FakeClock {
  var now: UInt64 = 0
  var calls: [String] = []

  func arm(_ name: String, earlier: [Double] = [], costs: @escaping (Int) -> UInt64) -> Arm {
    var call = 0
    return Arm(name: name, earlierSamples: earlier) {
      self.now += costs(call)
      self.calls.append(name)
      call += 1
    }
  }
}

@Suite("Measuring arms")
struct MeasureTests {
  private let plan = TimingPlan(
    minimumSamples: 2, maximumSamples: 30, budget: 1, warmUp: 0.001, sampleDuration: 0.0002, precision: 0.01)

  @Test func shortCallsAreRepeatedUntilASampleIsLongEnough() throws {
    let clock = FakeClock()
    let arm = clock.arm("short") { _ in 1000 }
    let timing = try #require(measure(arms: [arm], plan: plan, clock: { clock.now }).first)
    #expect(timing.repetitions >= 200)
    #expect(timing.median == 1000)
    #expect(timing.ending == .precise)
    #expect(timing.samples.count == 6)
  }

  @Test func armsAlternateInBalancedOrder() {
    let clock = FakeClock()
    let plan = TimingPlan(minimumSamples: 4, maximumSamples: 4, budget: 9, warmUp: 0, precision: 0)
    let arms = ["a", "b", "c"].map { clock.arm($0) { _ in 300_000 } }
    let timings = measure(arms: arms, plan: plan, clock: { clock.now })
    // Each sample after a call that is not timed.
    #expect(clock.calls.dropFirst(3).joined() == "aabbccccbbaaaabbccccbbaa")
    #expect(timings.map(\.name) == ["a", "b", "c"])
    #expect(timings.allSatisfy { $0.ending == .samplesSpent })
  }

  @Test func slowArmsStopWhileQuickOnesGoOn() throws {
    let clock = FakeClock()
    let slow = clock.arm("slow") { _ in 3_000_000_000 }
    // Two calls at a time, of which one is timed.
    let noisy = clock.arm("noisy") { $0 % 4 < 2 ? 1_000_000 : 2_000_000 }
    let timings = measure(arms: [slow, noisy], plan: plan, clock: { clock.now })
    let first = try #require(timings.first)
    #expect(first.samples == [3e9, 3e9])
    #expect(first.ending == .budgetSpent)
    #expect(timings.last?.samples.count == 30)
  }

  /// The first call after another arm's takes twice as long.
  @Test func whatRanBeforeAShortSampleDoesNotShow() {
    let clock = FakeClock()
    func arm(_ name: String) -> Arm {
      Arm(name: name) {
        clock.now += clock.calls.last == name ? 1_000_000 : 2_000_000
        clock.calls.append(name)
      }
    }
    let timings = measure(arms: ["a", "b"].map(arm), plan: plan, clock: { clock.now })
    #expect(timings.count == 2 && timings.allSatisfy { $0.samples.allSatisfy { $0 == 1e6 } })
  }

  @Test func longSamplesDoNotSettle() {
    let clock = FakeClock()
    let plan = TimingPlan(minimumSamples: 3, maximumSamples: 3, budget: 9, warmUp: 0, precision: 0)
    let arms = ["a", "b"].map { clock.arm($0) { _ in 20_000_000 } }
    _ = measure(arms: arms, plan: plan, clock: { clock.now })
    #expect(clock.calls.dropFirst(2).joined() == "abbaab")
  }

  @Test func longEarlierSamplesSpareCalls() throws {
    let clock = FakeClock()
    let arm = clock.arm("slow", earlier: [3e9, 4e9]) { _ in 3_000_000_000 }
    let timing = try #require(measure(arms: [arm], plan: plan, clock: { clock.now }).first)
    #expect(timing.samples == [3e9, 4e9])
    #expect(clock.calls.isEmpty)
  }

  @Test func shortEarlierSamplesAreForgotten() throws {
    let clock = FakeClock()
    let arm = clock.arm("short", earlier: [9e6]) { _ in 1_000_000 }
    let timing = try #require(measure(arms: [arm], plan: plan, clock: { clock.now }).first)
    #expect(timing.samples.allSatisfy { $0 == 1e6 })
  }

  @Test func stoppingKeepsWhatThereIs() throws {
    let clock = FakeClock()
    let arm = clock.arm("a") { UInt64(1_000_000 + 100_000 * $0) }
    let timings = measure(
      arms: [arm], plan: plan, clock: { clock.now }, isStopped: { clock.calls.count >= 4 })
    let timing = try #require(timings.first)
    #expect(timing.ending == .stopped)
    #expect(timing.samples.count == 3)
  }

  @Test func stoppingAtOnceGivesNothing() {
    let clock = FakeClock()
    let arm = clock.arm("a") { _ in 1 }
    #expect(measure(arms: [arm], plan: plan, clock: { clock.now }, isStopped: { true }).isEmpty)
  }
}
