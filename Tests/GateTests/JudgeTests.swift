import Foundation
import Testing

@testable import Gate

@Suite("Verdicts on paired blocks")
struct PairedJudgeTests {
  private let judge = PairedJudge(budget: ErrorBudget(comparisons: 10), detect: 0.05)

  /// Blocks of a head that takes `ratio` times as long, with noise of one deviation `noise`.
  private func blocks(
    _ count: Int, ratio: Double, noise: Double = 0.01, control: Double = 1, seed: UInt64 = 1
  ) throws -> [BlockTimes] {
    var generator = SeededGenerator(seed: seed)
    return try (0..<count).map { _ in
      let order = BlockOrder(using: &generator)
      let values = order.arms.map { arm -> Double in
        let factor = arm == .head ? ratio : arm == .control ? control : 1
        return 1000 * factor * exp(noise * Double.random(in: -1.7...1.7, using: &generator))
      }
      return try #require(BlockTimes(arms: order.arms, values: values))
    }
  }

  @Test func aSlowDownIsConfirmedByNewBlocks() throws {
    let first = try blocks(12, ratio: 1.05)
    #expect(judge.isFlagged(first))
    let verdict = try judge.judge(screening: first, confirming: blocks(12, ratio: 1.05, seed: 2))
    #expect(verdict.change == .slower && verdict.stage == 2 && verdict.blocks == 24)
    #expect(abs(verdict.interval.ratio - 1.05) < 0.015)
    #expect(verdict.interval.low > 1 && verdict.interval.coverage >= 0.98)
    #expect(!verdict.control.isBiased && !verdict.isBlind)
    let mirrored = try judge.judge(
      screening: blocks(12, ratio: 1 / 1.05), confirming: blocks(12, ratio: 1 / 1.05, seed: 2))
    #expect(mirrored.change == .faster)
  }

  @Test func whatNewBlocksDoNotShowIsNotRed() throws {
    let first = try blocks(12, ratio: 1.05)
    let verdict = try judge.judge(screening: first, confirming: blocks(12, ratio: 1, seed: 3))
    #expect(verdict.isFlagged && verdict.change == .same)
    #expect(judge.judge(screening: first, confirming: []).change == .inconclusive)
  }

  @Test func equalityMustBeShown() throws {
    let quiet = try judge.judge(screening: blocks(12, ratio: 1), confirming: [])
    #expect(quiet.change == .same && !quiet.isBlind)
    let noisy = try judge.judge(screening: blocks(12, ratio: 1, noise: 0.2), confirming: [])
    #expect(noisy.change == .inconclusive && noisy.isBlind)
    let few = try judge.judge(screening: blocks(4, ratio: 1), confirming: [])
    #expect(few.change == .inconclusive && few.isBlind)
    let empty = judge.judge(screening: [], confirming: [])
    #expect(empty.change == .inconclusive && empty.isBlind && empty.interval.high == nil)
  }

  @Test func aChangeBelowTheMarginIsNone() throws {
    let verdict = try judge.judge(
      screening: blocks(20, ratio: 1.012, noise: 0.002),
      confirming: blocks(20, ratio: 1.012, noise: 0.002, seed: 2))
    #expect(verdict.isFlagged && verdict.interval.low > 1)
    #expect(verdict.change == .same)
  }

  @Test func aBiasedControlIsTold() throws {
    let verdict = try judge.judge(
      screening: blocks(14, ratio: 1.1, control: 1.06),
      confirming: blocks(14, ratio: 1.1, control: 1.06, seed: 2))
    #expect(verdict.change == .slower && verdict.control.isBiased)
  }

  /// On both edges of "the same", at a true change of just the margin: at most 5 % may be called equal.
  @Test func falseEqualityIsRare() throws {
    var generator = SeededGenerator(seed: 5)
    let contrasts = (0..<300).map { _ in [0.02 * Double.random(in: -1.7...1.7, using: &generator)] }
    let count = SuiteSimulation(
      noise: SuiteNoise(contrasts: contrasts),
      need: .init(exactly: Power(budget: judge.budget, screeningBlocks: 20, confirmingBlocks: 20)),
      detect: 0.05
    ).run(suites: 3000, slowDown: 1.02, seed: 9)
    // 5 % of 3000 with five deviations of 12; and it must happen at all.
    #expect((1...210).contains(count.changedCalledSame))
  }

  /// Twenty comparisons whose noise is shared: neither single ones nor suites turn red more often than promised.
  @Test func falseRedIsAsRareAsPromised() {
    var generator = SeededGenerator(seed: 6)
    let contrasts = (0..<200).map { _ -> [Double] in
      let shared = Double.random(in: -0.03...0.03, using: &generator)
      return (0..<20).map { _ in shared + Double.random(in: -0.02...0.02, using: &generator) }
    }
    let budget = ErrorBudget(comparisons: 20)
    let simulation = SuiteSimulation(
      noise: SuiteNoise(contrasts: contrasts),
      need: .init(exactly: Power(budget: budget, screeningBlocks: 10, confirmingBlocks: 10)), detect: 0.05)
    let none = simulation.run(suites: 2000, seed: 1)
    #expect(none.suites == 2000 && none.unchanged == 40_000)
    // 1 in 10 000 of 40 000: 4, and four deviations more; 1 % of 2000 suites at the very most.
    #expect(none.falseSlower <= 12 && none.falseRed <= 20)
    let some = simulation.run(suites: 500, slowDown: 1.1, seed: 2)
    #expect(some.changed == 500 && some.found >= 480)
  }
}

@Suite("Verdicts on recorded runs")
struct RecordedJudgeTests {
  private let judge = RecordedJudge(margin: 0.02, detect: 0.25)
  private let quiet = RunNoise(deviation: 0.005, reach: 4, isMeasured: true)

  private func samples(_ median: Double, _ count: Int = 20) -> [Double] {
    (0..<count).map { median * (1 + 0.002 * Double($0 % 5 - 2)) }
  }

  @Test func aClearChangeIsCalled() throws {
    let slower = try #require(judge.judge(base: [samples(100)], head: [samples(110)], noise: quiet))
    #expect(slower.change == .slower && abs(slower.ratio.ratio - 1.1) < 1e-9 && slower.ratio.low > 1)
    let faster = try #require(judge.judge(base: [samples(100)], head: [samples(90)], noise: quiet))
    #expect(faster.change == .faster)
  }

  @Test func noiseOfRunsWidensTheInterval() throws {
    let noisy = RunNoise(deviation: 0.027, reach: 4, isMeasured: false)
    let verdict = try #require(judge.judge(base: [samples(100)], head: [samples(110)], noise: noisy))
    #expect(verdict.change == .inconclusive && verdict.isBlind)
    #expect(abs(noisy.allowance(baseRuns: 1, headRuns: 1) - exp(4 * 0.027 * 2.0.squareRoot())) < 1e-12)
    let more = Array(repeating: samples(110), count: 8)
    let many = Array(repeating: samples(100), count: 8)
    #expect(judge.judge(base: many, head: more, noise: noisy)?.change == .slower)
  }

  @Test func halfARunConfirmsNothing() throws {
    let burst = samples(100, 9) + samples(125, 11)
    let verdict = try #require(judge.judge(base: [samples(100)], head: [burst], noise: quiet))
    #expect(verdict.change == .inconclusive)
  }

  @Test func equalityNeedsQuietRuns() throws {
    let still = RunNoise(deviation: 0.0005, reach: 4, isMeasured: true)
    #expect(judge.judge(base: [samples(100)], head: [samples(100.5)], noise: still)?.change == .same)
    #expect(judge.judge(base: [samples(100)], head: [samples(100.5)], noise: quiet)?.change == .inconclusive)
    #expect(judge.judge(base: [[]], head: [samples(1)], noise: still) == nil)
  }

  @Test func noiseIsLearntFromTheSeries() {
    var generator = SeededGenerator(seed: 4)
    var medians: [String: [Double]] = [:]
    func normal() -> Double {
      let uniform = (0..<12).reduce(0.0) { sum, _ in sum + Double.random(in: 0..<1, using: &generator) }
      return uniform - 6
    }
    for layer in 0..<40 { medians["\(layer)"] = (0..<30).map { _ in 1000 * exp(0.01 * normal()) } }
    let noise = SeriesNoise(medians, alpha: 1e-4).noise(of: "3")
    #expect(noise.isMeasured)
    #expect((0.009...0.016).contains(noise.deviation), "\(noise.deviation)")
    #expect((3.7...6).contains(noise.reach), "\(noise.reach)")
    let young = SeriesNoise(["3": [1, 1.1]], alpha: 1e-4).noise(of: "3")
    #expect(!young.isMeasured && young.deviation == RunNoise.published)
  }
}

@Suite("Alerts about accuracy")
struct AccuracyAlertTests {
  private func record(_ ratio: Double?, algorithm: String = "direct", isGood: Bool = true) -> AccuracyRecord {
    AccuracyRecord(layer: "conv1_1", backend: "tiled", algorithm: algorithm, isGood: isGood, maxRatio: ratio)
  }

  @Test func aDoubledRatioRaisesOne() throws {
    #expect(AccuracyAlert.all(base: [record(0.1)], head: [record(0.199)]).isEmpty)
    let alert = try #require(AccuracyAlert.all(base: [record(0.1)], head: [record(0.2)]).first)
    #expect(alert.sentence.contains("0.100 of its bound") && alert.sentence.contains("0.200"))
    let exact = try #require(AccuracyAlert.all(base: [record(0)], head: [record(1e-3)]).first)
    #expect(exact.sentence.contains("was exact"))
    #expect(AccuracyAlert.all(base: [record(0)], head: [record(0)]).isEmpty)
  }

  @Test func onlyTheSameGoodAlgorithmCounts() {
    #expect(AccuracyAlert.all(base: [record(0.1)], head: [record(0.9, algorithm: "winograd")]).isEmpty)
    #expect(AccuracyAlert.all(base: [record(0.1)], head: [record(3, isGood: false)]).isEmpty)
    #expect(AccuracyAlert.all(base: [record(0.1, isGood: false)], head: [record(0.9)]).isEmpty)
    #expect(AccuracyAlert.all(base: [record(nil)], head: [record(0.9)]).isEmpty)
  }
}
