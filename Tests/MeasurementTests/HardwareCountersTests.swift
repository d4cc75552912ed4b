import CCPU
import Testing

@testable import Measurement

@Suite("Counters") struct HardwareCountersTests {
  /// The operating system's clock of a thread stands in for the processor's counters, which a virtual machine may lack.
  @Test func countsWhatRunsWhileItRuns() throws {
    do {
      let counters = try HardwareCounters(threads: [0], [EFGR_TASK_CLOCK])
      let least = 2e6
      counters.counting { spin(nanoseconds: least) }
      let first = try #require(counters.total(EFGR_TASK_CLOCK))
      #expect(first > 0)
      spin(nanoseconds: 4 * least)
      #expect(counters.total(EFGR_TASK_CLOCK) == first, "it stands still")
      counters.counting { spin(nanoseconds: least) }
      #expect(try #require(counters.total(EFGR_TASK_CLOCK)) > first)
      #expect(counters.counts == nil, "neither instructions nor cycles were asked for")
    } catch let error as HardwareCounters.Unavailable {
      #expect(error.description.hasPrefix("perf_event_open: ") && error.description.count > 20)
    }
  }

  /// Where the processor's counters are to be had, twice the work takes twice the instructions.
  @Test func twiceTheWorkIsTwiceTheInstructions() throws {
    func instructions(rounds: Int) throws -> Double {
      let counters = try HardwareCounters(threads: [0])
      let sum = counters.counting { (0..<rounds).reduce(into: 1) { $0 = $0 &* 31 &+ $1 } }
      #expect(sum != 0)
      return try #require(counters.counts).instructions
    }
    do {
      let (once, twice) = (try instructions(rounds: 1_000_000), try instructions(rounds: 2_000_000))
      #expect(abs(twice / once - 2) < 0.1)
    } catch let error as HardwareCounters.Unavailable {
      #expect(error.description.hasPrefix("perf_event_open: "))
    }
  }

  @Test func aThreadThatIsNotThereIsRefused() {
    #expect(throws: HardwareCounters.Unavailable.self) { try HardwareCounters(threads: [Int32.max]) }
  }

  private func spin(nanoseconds: Double) {
    let start = MonotonicClock.now()
    while Double(MonotonicClock.now() - start) < nanoseconds {}
  }
}
