import Testing

@testable import Measurement

@Suite("Order statistics")
struct StatisticsTests {
  @Test func medianOfOddAndEvenCounts() {
    #expect(Statistics.median([3, 1, 2]) == 2)
    #expect(Statistics.median([4, 1, 3, 2]) == 2.5)
    #expect(Statistics.median([]) == nil)
  }

  @Test func medianAbsoluteDeviation() {
    #expect(Statistics.medianAbsoluteDeviation([1, 1, 2, 2, 4, 6, 9]) == 1)
    #expect(Statistics.medianAbsoluteDeviation([]) == nil)
  }

  @Test func percentilesInterpolate() {
    let samples = [15.0, 20, 35, 40, 50]
    #expect(Statistics.percentile(0, of: samples) == 15)
    #expect(Statistics.percentile(0.4, of: samples) == 29)
    #expect(Statistics.percentile(1, of: samples) == 50)
    #expect(Statistics.percentile(0.5, of: []) == nil)
  }

  /// Ranks and coverages as tabled for the sign test, e.g. in Conover, *Practical Nonparametric Statistics*.
  @Test(arguments: [
    (6, 1, 0.96875), (7, 1, 0.984375), (8, 1, 0.9921875), (9, 2, 0.9609375), (10, 2, 0.978515625),
    (20, 6, 0.9586105), (50, 18, 0.9671608), (100, 40, 0.9647998),
  ])
  func intervalRanks(count: Int, rank: Int, coverage: Double) {
    let found = MedianInterval.rank(count: count, level: 0.95)
    #expect(found.rank == rank)
    #expect(abs(found.coverage - coverage) < 1e-7)
  }

  @Test(arguments: [(1, 0.0), (2, 0.5), (3, 0.75), (5, 0.9375)])
  func fewSamplesGiveTheWholeRangeAndItsTrueCoverage(count: Int, coverage: Double) throws {
    let interval = try #require(MedianInterval((1...count).map(Double.init)))
    #expect(interval.low == 1)
    #expect(interval.high == Double(count))
    #expect(abs(interval.coverage - coverage) < 1e-12)
  }

  @Test func intervalIsMadeOfOrderStatistics() throws {
    let interval = try #require(MedianInterval((1...20).map(Double.init).shuffled()))
    #expect(interval.median == 10.5)
    #expect(interval.low == 6)
    #expect(interval.high == 15)
    #expect(interval.count == 20)
    #expect(MedianInterval([]) == nil)
  }

  @Test func ranksStayFiniteForManySamples() {
    let found = MedianInterval.rank(count: 100_000, level: 0.95)
    #expect(found.coverage >= 0.95 && found.coverage < 0.96)
  }
}
