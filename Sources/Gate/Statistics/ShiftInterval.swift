/// Where the centre of symmetric noise lies: the Hodges–Lehmann estimate, which is the median of all Walsh averages
/// (xᵢ + xⱼ)/2, i ≤ j, with the exact interval between two of them that belongs to the signed-rank test (Hodges & Lehmann
/// 1963; Hollander, Wolfe & Chicken §3.2–3.3).
package struct ShiftInterval: Sendable, Hashable {
  package let estimate: Double
  /// −∞ where there are too few values for the level.
  package let low: Double
  /// ∞ where there are too few values for the level.
  package let high: Double
  /// The probability, on each side, that the interval misses the centre. At most what was asked for.
  package let alpha: Double
  package let count: Int

  /// Nil for no values.
  ///
  /// - Parameter alpha: the probability of a miss that is allowed on each side.
  /// - Complexity: O(n² log n).
  package init?(_ values: [Double], alpha: Double) {
    self.init(walshAverages: WalshAverages(values), alpha: alpha)
  }

  /// The same for averages that are needed at several levels.
  package init?(walshAverages: WalshAverages, alpha: Double) {
    let sorted = walshAverages.sorted
    guard let estimate = walshAverages.median else { return nil }
    self.estimate = estimate
    count = walshAverages.count
    if let (rank, probability) = walshAverages.distribution.rank(alpha: alpha), 2 * rank <= sorted.count + 1 {
      low = sorted[rank - 1]
      high = sorted[sorted.count - rank]
      self.alpha = probability
    } else {
      low = -.infinity
      high = .infinity
      self.alpha = 0
    }
  }

  package func contains(_ shift: Double) -> Bool { low <= shift && shift <= high }
}

/// The means of all pairs of values, each value with itself included, in ascending order.
package struct WalshAverages: Sendable, Hashable {
  package let count: Int
  package let sorted: [Double]
  package let distribution: SignedRank

  /// - Complexity: O(n² log n) time, O(n²) space.
  package init(_ values: [Double]) {
    self.init(values, distribution: SignedRank(count: values.count))
  }

  /// - Precondition: `distribution` is that of so many values.
  package init(_ values: [Double], distribution: SignedRank) {
    precondition(distribution.count == values.count)
    var averages: [Double] = []
    averages.reserveCapacity(values.count * (values.count + 1) / 2)
    for (index, value) in values.enumerated() {
      for other in values[index...] { averages.append((value + other) / 2) }
    }
    averages.sort()
    sorted = averages
    count = values.count
    self.distribution = distribution
  }

  package var median: Double? {
    guard !sorted.isEmpty else { return nil }
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }
}
