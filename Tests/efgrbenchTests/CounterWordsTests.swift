import Gate
import History
import Testing

@testable import efgrbench

@Suite("What counters say") struct CounterWordsTests {
  /// A block whose head takes `head` times the base's instructions and one and a half times its cycles.
  private func block(_ head: Double?) -> BlockRecord {
    let arms: [BlockArm] = [.head, .base, .control, .head]
    return BlockRecord(
      number: 1, stage: 1,
      visits: arms.map { arm in
        let instructions = arm == .head ? head.map { 1000 * $0 } : 1000
        let conditions = VisitConditions(
          wall: 1, instructions: instructions, cycles: arm == .head ? 600 : 400, controlKernel: 1)
        return VisitRecord(arm: arm, conditions: conditions, samples: [:])
      })
  }

  @Test func theHeadAgainstTheBase() throws {
    let words = try #require([block(1.01), block(1.03)].counterWords(whyNone: nil))
    #expect(words == "Over all samples, head against base: +2.00 % instructions, +50.00 % cycles.")
  }

  @Test func whyThereAreNone() throws {
    let words = try #require([block(1), block(nil)].counterWords(whyNone: "perf_event_open: No such device"))
    #expect(words.contains("unknown") && words.hasSuffix("(perf_event_open: No such device)."))
    #expect([BlockRecord]().counterWords(whyNone: nil) == nil)
  }
}
