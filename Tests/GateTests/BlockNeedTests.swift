import Foundation
import Testing

@testable import Gate

@Suite("Blocks as each comparison's noise asks for")
struct BlockNeedTests {
  private let budget = ErrorBudget(comparisons: 20)

  private func need(_ blocks: ClosedRange<Int> = 8...100) -> BlockNeed {
    BlockNeed(toFind: 0.05, budget: budget, excess: 1, blocks: blocks)
  }

  /// So many normal values.
  private func noise(_ count: Int, deviation: Double, _ generator: inout SeededGenerator) -> [[Double]] {
    (0..<count).map { _ in
      let uniform = (0..<12).reduce(0.0) { sum, _ in sum + Double.random(in: 0..<1, using: &generator) }
      return [deviation * (uniform - 6)]
    }
  }

  @Test func noisierComparisonsTakeMore() {
    let need = need()
    let counts = [0.001, 0.02, 0.04, 0.08, 1].map { need.count(.screening, noise: $0) }
    #expect(counts == counts.sorted())
    #expect(counts.first == 8 && counts.last == 100)
    // Twice the noise, four times the blocks, but for rounding.
    #expect(abs(counts[3] - 4 * counts[2]) <= 4)
    // Never fewer than can show anything.
    #expect(self.need(1...2).range(.screening) == 7...7)
  }

  /// The count is the first that finds the slow-down, by the formula that power is told by.
  @Test(arguments: [0.03, 0.05, 0.09])
  func theCountHasThePower(noise: Double) {
    let need = need(7...200)
    let counts = [BlockNeed.Stage.screening, .confirming].map { need.count($0, noise: noise) }
    func probability(_ screening: Int, _ confirming: Int) -> Double {
      Power(budget: budget, screeningBlocks: screening, confirmingBlocks: confirming)
        .probability(ofFinding: 1.05, noise: noise)
    }
    let promised = BlockNeed.power * BlockNeed.power
    #expect(probability(counts[0], counts[1]) >= promised - 1e-6)
    #expect(probability(counts[0] - 1, counts[1]) < probability(counts[0], counts[1]))
    #expect(probability(counts[0] - 1, 10_000) < BlockNeed.power)
    #expect(probability(10_000, counts[1] - 1) < BlockNeed.power)
  }

  @Test func theSizesOfNoiseDecideAndNotItsSigns() {
    let need = need()
    func blocks(_ count: Int, _ size: Double, within: Double) -> [BlockNoise] {
      [BlockNoise](repeating: BlockNoise(contrast: size, within: [within, within]), count: count)
    }
    #expect(!need.isEnough(7, .screening, noise: blocks(7, 0.01, within: 0.01)))
    #expect(need.isEnough(10, .screening, noise: blocks(10, 0.01, within: 0.01)))
    #expect(!need.isEnough(10, .screening, noise: blocks(10, 0.05, within: 0.05)))
    #expect(need.isEnough(100, .screening, noise: blocks(100, 0.05, within: 0.05)))
    // A change is no noise, however large.
    #expect(need.isEnough(10, .screening, noise: blocks(10, 1.2, within: 0.01)))
    let block = BlockNoise(contrast: 0.03, within: [0.01, 0.02])
    let mirrored = BlockNoise(contrast: -0.03, within: [0.02, 0.01])
    #expect(block.sizes.sorted() == mirrored.sizes.sorted())
  }

  /// Exchanging the names of the arms' processes mirrors the contrast and leaves the sizes as they are.
  @Test func exchangedNamesLeaveTheSizes() throws {
    let values = [1.0, 1.1, 1.3, 0.9]
    let one = try #require(BlockTimes(arms: [.base, .head, .head, .control], values: values)).noise
    let other = try #require(BlockTimes(arms: [.head, .base, .control, .head], values: values)).noise
    #expect(abs(one.contrast + other.contrast) < 1e-12)
    for (size, same) in zip(one.sizes.sorted(), other.sizes.sorted()) { #expect(abs(size - same) < 1e-12) }
  }

  @Test func exactlySoManyWhateverTheNoise() {
    let need = BlockNeed(exactly: Power(budget: budget, screeningBlocks: 12, confirmingBlocks: 20))
    #expect(!need.isEnough(11, .screening, noise: []) && need.isEnough(12, .screening, noise: []))
    #expect(!need.isEnough(19, .confirming, noise: []) && need.isEnough(20, .confirming, noise: []))
  }

  /// What is ready leaves its time to the others.
  @Test func timeGoesToWhatNeedsIt() {
    let costs = BlockCosts(fixed: 1, subjects: [1, 2, 4], limit: 100)
    let groups = [[0], [1], [2], [0, 1, 2]]
    let all = costs.blocks(needed: [10, 10, 10, 10], groups: groups, taken: 2, spent: 16)
    #expect(all.counts == [10, 10, 10, 10] && all.seconds == 16 + 8 * 8)
    // One subject goes on alone, at 2 s a block, and takes the sum's blocks no further.
    let one = costs.blocks(needed: [30, 5, 5, 5], groups: groups, taken: 5, spent: 40)
    #expect(one.counts == [30, 5, 5, 5] && one.seconds == 40 + 25 * 2)
    // The sum takes its parts along.
    #expect(costs.blocks(needed: [3, 3, 3, 6], groups: groups, taken: 3, spent: 0).counts == [6, 6, 6, 6])
    // The time ends it.
    #expect(costs.blocks(needed: [90, 90, 90, 90], groups: groups, taken: 0, spent: 0).counts[0] == 13)
  }

  /// Where the number of blocks depends on the noise that was seen, the levels hold all the same: of one comparison that
  /// has not changed, and of one that changed by the margin.
  @Test func theErrorRatesHoldThoughNoiseChoosesTheBlocks() {
    var generator = SeededGenerator(seed: 12)
    let loose = ErrorBudget(comparisons: 1, family: 0.05, single: 0.05, screening: 0.2)
    let simulation = SuiteSimulation(
      noise: SuiteNoise(contrasts: noise(300, deviation: 0.03, &generator)),
      need: BlockNeed(toFind: 0.05, budget: loose, excess: 1, blocks: 8...40), detect: 0.05)
    let none = simulation.run(suites: 4000, seed: 1)
    // 5 % of 4000, and four deviations of 14.
    #expect((20...256).contains(none.falseSlower))
    let margin = simulation.run(suites: 4000, slowDown: 1.02, seed: 2)
    #expect(margin.changedCalledSame <= 256)
  }

  /// A quiet and a loud comparison in one suite: equal blocks for both find the loud one's change too seldom, the same
  /// time given to what needs it finds it.
  @Test func theSameTimeFindsMore() {
    var generator = SeededGenerator(seed: 13)
    let columns = [0.01, 0.08].map { noise(200, deviation: $0, &generator) }
    let rows = (0..<200).map { block in columns.map { $0[block][0] } }
    let budget = ErrorBudget(comparisons: 2)
    let costs = BlockCosts(fixed: 0, subjects: [1, 1], limit: 60)
    func found(_ need: BlockNeed) -> Int {
      SuiteSimulation(noise: SuiteNoise(contrasts: rows), need: need, detect: 0.05, costs: costs)
        .run(suites: 200, slowDown: 1.05, seed: 3).found
    }
    let equal = found(.init(exactly: Power(budget: budget, screeningBlocks: 30, confirmingBlocks: 30)))
    let asked = found(.init(toFind: 0.05, budget: budget, excess: 1, blocks: 10...100))
    // By Power's formula 0.71 and 0.95 of the loud one's hundred, each with a deviation of 5 at the most.
    #expect(equal < 186 && asked > equal + 8 && asked > 180, "\(equal), \(asked)")
  }
}
