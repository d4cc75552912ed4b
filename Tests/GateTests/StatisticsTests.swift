import Foundation
import Testing

@testable import Gate

@Suite("The signed-rank distribution and its interval")
struct StatisticsTests {
  /// By writing out all 2ⁿ sign patterns.
  private func enumerated(_ count: Int) -> [Double] {
    var tally = [Double](repeating: 0, count: count * (count + 1) / 2 + 1)
    for pattern in 0..<(1 << count) {
      var sum = 0
      for rank in 1...count where (pattern >> (rank - 1)) & 1 == 1 { sum += rank }
      tally[sum] += 1
    }
    return tally.map { $0 / Double(1 << count) }
  }

  @Test(arguments: 1...12)
  func theDistributionIsThatOfAllSignPatterns(_ count: Int) {
    let probabilities = enumerated(count)
    let distribution = SignedRank(count: count)
    for alpha in [0.3, 0.1, 0.05, 0.01, 0.001] {
      var total = 0.0
      var rank = 0
      for value in probabilities {
        guard total + value <= alpha else { break }
        total += value
        rank += 1
      }
      let found = distribution.rank(alpha: alpha)
      #expect(found?.rank ?? 0 == rank, "alpha \(alpha)")
      if let found { #expect(abs(found.probability - total) < 1e-12) }
    }
  }

  @Test func aFewValuesShowNothing() throws {
    #expect(SignedRank.leastCount(alpha: 0.01) == 7)
    #expect(SignedRank(count: 6).rank(alpha: 0.01) == nil)
    #expect(SignedRank(count: 7).rank(alpha: 0.01)?.rank == 1)
    let interval = try #require(ShiftInterval([1, 2, 3], alpha: 0.01))
    #expect(interval.low == -.infinity && interval.high == .infinity && interval.estimate == 2)
    #expect(ShiftInterval([], alpha: 0.1) == nil)
  }

  /// Hollander & Wolfe's depression scores (example 3.1): nine patients, estimate −0.46, 96 % interval
  /// −0.786 to −0.010.
  @Test func thePublishedExampleComesOut() throws {
    let before = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30]
    let after = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]
    let interval = try #require(ShiftInterval(zip(after, before).map { $0 - $1 }, alpha: 0.0196))
    #expect(abs(interval.estimate + 0.46) < 1e-9)
    #expect(abs(interval.low + 0.786) < 1e-9)
    #expect(abs(interval.high + 0.010) < 1e-9)
  }

  /// Noise that no normal theory covers: bursts, a slow drift, and blocks that depend on each other. Only the
  /// coins of the order make the error rate true, and it is.
  @Test func theErrorRateHoldsForAnyNoise() throws {
    var generator = SeededGenerator(seed: 7)
    var misses = 0
    let trials = 4000
    for _ in 0..<trials {
      var level = 0.0
      let contrasts = (0..<12).map { _ -> Double in
        level += Double.random(in: -0.02...0.02, using: &generator)
        let times = (0..<4).map { position -> Double in
          let burst = Double.random(in: 0..<1, using: &generator)
          return exp(level + 0.01 * Double(position) + (burst < 0.1 ? 0.5 : 0.01 * burst)) * 1000
        }
        let order = BlockOrder(using: &generator)
        return BlockTimes(arms: order.arms, values: times)?.contrast ?? .nan
      }
      if try #require(ShiftInterval(contrasts, alpha: 0.01)).contains(0) == false { misses += 1 }
    }
    // Two sides of at most 0.01 each: a binomial count of at most 80 with deviation 9, so 80 + 5·9.
    #expect(misses <= 125)
    // And not vacuous: the level that twelve values reach is 0.0081 on each side.
    #expect(misses >= 25)
  }

  @Test func normalQuantilesAreThoseOfTheTables() {
    #expect(abs(Normal.quantile(above: 0.025) - 1.959_963_985) < 1e-8)
    #expect(abs(Normal.quantile(above: 0.01) - 2.326_347_874) < 1e-8)
    #expect(abs(Normal.quantile(above: 0.5)) < 1e-8)
    #expect(abs(Normal.probability(below: 1) - 0.841_344_746) < 1e-9)
  }

  @Test func theGeneratorIsTheOneOfThePaper() {
    // The reference implementation's first outputs for seed 1234567.
    var generator = SeededGenerator(seed: 1_234_567)
    #expect(
      (0..<3).map { _ in generator.next() } == [
        6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
      ])
  }
}
