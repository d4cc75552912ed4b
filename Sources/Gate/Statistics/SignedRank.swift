/// The exact distribution of Wilcoxon's signed-rank statistic of n values whose signs are fair coins: the sum of the
/// ranks of those that are positive (Wilcoxon 1945; Hollander, Wolfe & Chicken, *Nonparametric Statistical Methods*,
/// 3rd ed., §3.1). It asks nothing of the values but that each is as likely to be mirrored, which the randomised order
/// of a block makes true whatever the noise.
package struct SignedRank: Sendable, Hashable {
  package let count: Int
  /// P(W ≤ w) at index w, up to the middle; the other half is its mirror image.
  private let lowerTail: [Double]

  /// - Complexity: O(n³) time, O(n²) space.
  package init(count: Int) {
    self.count = max(count, 0)
    let largest = self.count * (self.count + 1) / 2
    var probability = [Double](repeating: 0, count: largest + 1)
    probability[0] = 1
    for rank in stride(from: 1, through: self.count, by: 1) {
      // Each rank is in the sum or not, with probability ½.
      for sum in stride(from: rank * (rank + 1) / 2, through: 0, by: -1) {
        let withRank = sum >= rank ? probability[sum - rank] : 0
        probability[sum] = (probability[sum] + withRank) / 2
      }
    }
    var total = 0.0
    lowerTail = probability.prefix(largest / 2 + 1).map { value in
      total += value
      return total
    }
  }

  /// The number of Walsh averages to leave out at each end so that the rest miss the centre of symmetry with
  /// probability at most `alpha` on each side: the largest k with P(W ≤ k − 1) ≤ alpha, with that probability.
  /// Nil where there are too few values to be that sure of anything, 2⁻ⁿ > alpha.
  package func rank(alpha: Double) -> (rank: Int, probability: Double)? {
    // The tail is sorted: the first value above alpha ends the search.
    let rank = lowerTail.firstIndex { $0 > alpha } ?? lowerTail.count
    return rank > 0 ? (rank, lowerTail[rank - 1]) : nil
  }

  /// The least number of values that can show anything at `alpha` on one side: 2⁻ⁿ ≤ alpha.
  package static func leastCount(alpha: Double) -> Int {
    var count = 1
    var probability = 0.5
    while probability > alpha, count < 1000 {
      count += 1
      probability /= 2
    }
    return count
  }
}
