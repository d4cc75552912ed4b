import Foundation
import Testing

@testable import Gate

@Suite("Blocks, their orders and what discards them")
struct DesignTests {
  @Test func ordersAreBalancedAndAllOccur() {
    var generator = SeededGenerator(seed: 1)
    let orders = (0..<400).map { _ in BlockOrder(using: &generator).arms }
    for arms in orders {
      let heads = arms.indices.filter { arms[$0] == .head }
      #expect(heads == [0, 3] || heads == [1, 2], "mean position 1.5, as the base's")
      #expect(Set(arms) == [.base, .control, .head])
    }
    let kinds = Dictionary(grouping: orders) { $0 }
    #expect(kinds.count == 4)
    // A quarter each: 100 with deviation 8.7.
    #expect(kinds.values.allSatisfy { abs($0.count - 100) < 45 })
  }

  @Test func aLinearDriftCancels() throws {
    var generator = SeededGenerator(seed: 2)
    for _ in 0..<10 {
      let order = BlockOrder(using: &generator)
      let drifting = try #require(
        BlockTimes(arms: order.arms, values: (0..<4).map { exp(0.05 * Double($0)) * 700 }))
      #expect(abs(drifting.contrast) < 1e-12)
      #expect(abs(drifting.controlContrast) > 0.04)
    }
  }

  @Test func aBlockNeedsAllItsTimes() {
    #expect(BlockTimes(arms: [.base, .head, .head], values: [1, 2, 3]) == nil)
    #expect(BlockTimes(arms: [.base, .head, .head, .control], values: [1, 2, 0, 4]) == nil)
    #expect(BlockTimes(arms: [.base, .head, .head, .control], values: [1, 2, .infinity, 4]) == nil)
    #expect(BlockTimes(arms: [.base, .head, .head, .control], values: [1, 2, 3, 4])?.heads == [2, 3])
    #expect(BlockTimes(arms: [.base, .head, .head, .control], samples: [[1], [2], [], [4]]) == nil)
  }

  @Test func whatAPassSharesCancelsAndAWildSampleSpoilsNoMoreThanIt() throws {
    let usual = [1.0, 1.5, 2, 1.1, 1.2].map { $0 * 700 }
    var samples = [usual, usual.map { $0 * 1.05 }, usual.map { $0 * 1.05 }, usual]
    samples[1][2] *= 10
    let times = try #require(BlockTimes(arms: [.base, .head, .head, .control], samples: samples))
    #expect(abs(times.contrast - log(1.05)) < 1e-12)
    #expect(abs(times.controlContrast) < 1e-12)
    #expect(times.base > 700 && times.base < 1400)
  }

  /// The names of a block's processes are coins': under the null hypothesis each exchange is as likely.
  @Test func exchangedNamesExchangeTheTimes() throws {
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<50 {
      let samples = (0..<4).map { _ in (0..<6).map { _ in exp(Double.random(in: 0...2, using: &generator)) } }
      let one = try #require(BlockTimes(arms: [.base, .head, .head, .control], samples: samples))
      let other = try #require(BlockTimes(arms: [.head, .base, .control, .head], samples: samples))
      #expect(abs(one.contrast + other.contrast) < 1e-12)
      let times = [one.base, one.control] + one.heads
      let exchanged = other.heads + [other.base, other.control]
      for (time, same) in zip(times, exchanged) { #expect(abs(time - same) < 1e-12 * time) }
    }
  }

  @Test func discardingFollowsTheRules() {
    let rules = DiscardRules()
    let calm = VisitConditions(wall: 1e9, steal: 1e7, majorFaults: 0, controlKernel: 1000)
    func broken(_ change: (inout VisitConditions) -> Void) -> String? {
      var visit = calm
      change(&visit)
      return rules.broken(by: [calm, visit, calm], usualControlKernel: 1000, processors: 2)
    }
    #expect(broken { _ in } == nil)
    #expect(broken { $0.steal = 0.299e9 } == nil)
    #expect(broken { $0.steal = 0.301e9 }?.contains("15 %") == true)
    #expect(broken { $0.controlKernel = 1499 } == nil)
    #expect(broken { $0.controlKernel = 1501 }?.contains("1.5 times") == true)
    #expect(broken { $0.majorFaults = 51 }?.contains("50 page faults") == true)
    #expect(
      broken {
        $0.steal = nil; $0.majorFaults = nil
      } == nil)
    #expect(rules.broken(by: [calm], usualControlKernel: nil, processors: 2) == nil)
  }

  /// What is thrown away can't depend on arms: the rules are not told of them.
  @Test func discardingDoesNotDependOnTheOrderOfVisits() {
    let rules = DiscardRules()
    let visits = (0..<4).map { VisitConditions(wall: 1e9, steal: Double($0) * 12e7, controlKernel: 1) }
    let verdicts = [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]].map { order in
      rules.broken(by: order.map { visits[$0] }, usualControlKernel: 1, processors: 2)
    }
    #expect(Set(verdicts).count == 1 && verdicts[0] != nil)
  }

  @Test func theBudgetIsSpentOnTwoStages() {
    let network = ErrorBudget(comparisons: 117)
    #expect(network.screening * network.confirmation * 117 <= 0.01 + 1e-15)
    let few = ErrorBudget(comparisons: 5)
    #expect(abs(few.screening * few.confirmation - 1e-4) < 1e-15)
    #expect(few.leastScreeningBlocks == 7 && few.leastConfirmingBlocks == 7)
  }

  @Test func aPlanThatCannotFireHasNoPower() {
    let budget = ErrorBudget(comparisons: 117)
    #expect(!Power(budget: budget, screeningBlocks: 6, confirmingBlocks: 20).canFire)
    #expect(!Power(budget: budget, screeningBlocks: 20, confirmingBlocks: 6).canFire)
    #expect(
      Power(budget: budget, screeningBlocks: 6, confirmingBlocks: 6).smallestVisible(noise: 0.01) == .infinity
    )
  }

  /// The prediction against the procedure itself, on normal and on heavy-tailed noise.
  @Test(arguments: [false, true])
  func thePredictedSmallestChangeIsTheRealOne(heavyTails: Bool) throws {
    var generator = SeededGenerator(seed: 11)
    func normal() -> Double {
      let uniform = (0..<12).reduce(0.0) { sum, _ in sum + Double.random(in: 0..<1, using: &generator) }
      return uniform - 6
    }
    let contrasts = (0..<400).map { _ -> [Double] in
      let scale = heavyTails && Double.random(in: 0..<1, using: &generator) < 0.15 ? 0.06 : 0.015
      return [scale * normal()]
    }
    let budget = ErrorBudget(comparisons: 20)
    let power = Power(budget: budget, screeningBlocks: 20, confirmingBlocks: 20)
    let noise = try #require(Noise.observed(WalshAverages(contrasts.map { $0[0] })))
    let predicted = power.smallestVisible(noise: noise) - 1
    let simulation = SuiteSimulation(
      noise: SuiteNoise(contrasts: contrasts), need: .init(exactly: power), detect: 0.05)
    var (low, real) = (0.0, 1.0)
    for _ in 0..<12 {
      let middle = (low + real) / 2
      let count = simulation.run(suites: 1000, slowDown: 1 + middle, seed: 3)
      if Double(count.found) < 0.95 * Double(count.changed) { low = middle } else { real = middle }
    }
    // The promise of the issue: within ±20 %.
    #expect(abs(predicted / real - 1) < 0.2, "predicted \(predicted), real \(real)")
  }

  /// What is promised from the estimate of a few blocks is kept 95 times in 100 over all such estimates; a promise that
  /// takes the estimate for the truth is kept less often.
  @Test func aPromiseAllowsForThePilotsError() throws {
    func normal(_ generator: inout SeededGenerator) -> Double {
      0.02 * ((0..<12).reduce(0.0) { sum, _ in sum + Double.random(in: 0..<1, using: &generator) } - 6)
    }
    var generator = SeededGenerator(seed: 21)
    let contrasts = (0..<40).map { _ in (0..<12).map { _ in normal(&generator) } }
    let usual = contrasts.compactMap { Noise.deviation(sizes: $0.map { abs($0) }) }.sorted()[20]
    let shape = NoiseShape(contrasts: contrasts)
    let power = Power(budget: ErrorBudget(comparisons: 40), screeningBlocks: 12, confirmingBlocks: 12)
    let noise = SuiteNoise(contrasts: (0..<400).map { _ in [normal(&generator)] })
    let simulation = SuiteSimulation(noise: noise, need: .init(exactly: power), detect: 0.05)
    func kept(_ excess: Double) throws -> Int {
      // The same pilots for both promises.
      var generator = SeededGenerator(seed: 22)
      return try (0..<400).reduce(0) { sum, trial in
        let sizes = (0..<12).map { _ in abs(normal(&generator)) }
        let promised = power.smallestVisible(noise: try #require(Noise.deviation(sizes: sizes)) * excess)
        return sum + simulation.run(suites: 1, slowDown: promised, seed: UInt64(trial)).found
      }
    }
    let known = shape.excess(power, deviation: usual, trials: 400)
    let estimated = shape.excess(power, deviation: usual, pilot: 4, trials: 400)
    #expect(estimated > known, "\(known), \(estimated)")
    // 380 of 400 with deviation 4.4, and the factor's own error.
    let (with, without) = (try kept(estimated), try kept(known))
    #expect((362...396).contains(with) && without < with, "\(with), \(without)")
  }
}
