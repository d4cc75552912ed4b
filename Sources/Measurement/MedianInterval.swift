#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A median with an exact confidence interval made of two order statistics.
///
/// Each of n independent samples lies below the true median with probability ½, so the number below it is
/// B ~ Bin(n, ½), whatever the distribution. The interval from the k-th smallest to the k-th largest sample misses the
/// median with probability 2·P(B ≤ k − 1) (David & Nagaraja, *Order Statistics*, 3rd ed., §7.1). k is the largest
/// one whose coverage is still the level asked for. Below six samples no interval covers 95 %: then it runs from the
/// smallest to the largest, and ``coverage`` says what that is worth, 1 − 2^(1 − n).
///
/// Not guaranteed: samples of one process are not fully independent, and stopping once the interval is narrow makes it
/// cover a little less than stated.
package struct MedianInterval: Sendable, Hashable, Codable {
  package let median: Double
  package let low: Double
  package let high: Double
  /// The probability that such an interval contains the true median.
  package let coverage: Double
  /// The number of samples.
  package let count: Int

  /// Nil for no samples.
  ///
  /// - Complexity: O(n log n).
  package init?(_ samples: [Double], level: Double = 0.95) {
    let sorted = samples.sorted()
    guard let median = Statistics.median(sorted: sorted) else { return nil }
    let (rank, coverage) = Self.rank(count: sorted.count, level: level)
    self.median = median
    low = sorted[rank - 1]
    high = sorted[sorted.count - rank]
    self.coverage = coverage
    count = sorted.count
  }

  /// Half of the interval's width relative to the median.
  package var relativeHalfWidth: Double { (high - low) / 2 / median }

  /// The largest k whose interval (k-th smallest … k-th largest) covers at least `level`, with its coverage; k = 1
  /// where none does.
  ///
  /// - Complexity: O(n).
  static func rank(count: Int, level: Double) -> (rank: Int, coverage: Double) {
    var below = binomialHalf(count: count, successes: 0)
    var best = (rank: 1, coverage: 1 - 2 * below)
    var rank = 2
    while 2 * rank <= count + 1 {
      below += binomialHalf(count: count, successes: rank - 1)
      let coverage = 1 - 2 * below
      guard coverage >= level else { break }
      best = (rank, coverage)
      rank += 1
    }
    return best
  }

  /// P(B = successes) for B ~ Bin(count, ½), through logarithms of Γ so that no factorial overflows.
  private static func binomialHalf(count: Int, successes: Int) -> Double {
    let n = Double(count)
    let k = Double(successes)
    return exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) - n * log(2))
  }
}
