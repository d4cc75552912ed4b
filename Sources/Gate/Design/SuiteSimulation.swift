#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Whole suites of the gate on recorded noise, thousands of them: the procedure is the real one, the machine is not
/// needed.
package struct SuiteSimulation: Sendable {
  package let noise: SuiteNoise
  package let power: Power
  package var judge: PairedJudge { PairedJudge(budget: power.budget, detect: detect) }
  package let detect: Double

  package init(noise: SuiteNoise, power: Power, detect: Double) {
    self.noise = noise
    self.power = power
    self.detect = detect
  }

  /// What came of some suites.
  package struct Count: Sendable, Hashable, Codable {
    package var suites = 0
    /// Suites in which anything was called slower that had not changed.
    package var falseRed = 0
    /// Comparisons that had not changed, and of them those called slower.
    package var unchanged = 0
    package var falseSlower = 0
    /// Changed comparisons, those found slower, and those called the same.
    package var changed = 0
    package var found = 0
    package var changedCalledSame = 0

    package init() {}

    enum CodingKeys: String, CodingKey {
      case suites, unchanged, changed, found
      case falseRed = "false_red"
      case falseSlower = "false_slower"
      case changedCalledSame = "changed_called_same"
    }
  }

  /// Runs `suites` suites in which one comparison, another one each time, is slower by `ratio`; 1 for none.
  ///
  /// - Complexity: O(suites · comparisons · n² log n) in the number of blocks.
  package func run(suites: Int, slowDown ratio: Double = 1, seed: UInt64) -> Count {
    var generator = SeededGenerator(seed: seed)
    let shift = log(ratio)
    let screening = SignedRank(count: power.screeningBlocks)
    let confirming = SignedRank(count: power.confirmingBlocks)
    var count = Count()
    for suite in 0..<suites {
      let changed = shift == 0 ? nil : suite % max(noise.comparisons, 1)
      let first = noise.drawn(power.screeningBlocks, using: &generator)
      let second = noise.drawn(power.confirmingBlocks, using: &generator)
      var isRed = false
      for index in first.indices {
        let added = index == changed ? shift : 0
        let change = judge.change(
          screening: WalshAverages(first[index].map { $0 + added }, distribution: screening),
          confirming: { WalshAverages(second[index].map { $0 + added }, distribution: confirming) })
        if index == changed {
          count.changed += 1
          count.found += change == .slower ? 1 : 0
          count.changedCalledSame += change == .same ? 1 : 0
        } else {
          count.unchanged += 1
          count.falseSlower += change == .slower ? 1 : 0
          isRed = isRed || change == .slower
        }
      }
      count.suites += 1
      count.falseRed += isRed ? 1 : 0
    }
    return count
  }

  /// A ratio.
  static let largestTried = 2.0

  /// The slow-down that is found 95 times in 100 in one comparison, by trying: what ``Power/smallestVisible(noise:power:)``
  /// predicts.
  ///
  /// - Parameter trials: per ratio tried.
  package func smallestVisible(comparison: Int, trials: Int, seed: UInt64) -> Double {
    let one = SuiteSimulation(
      noise: SuiteNoise(contrasts: noise.contrasts.map { [$0[comparison]] }), power: power, detect: detect)
    var (low, high) = (0.0, log(Self.largestTried))
    for _ in 0..<12 {
      let middle = (low + high) / 2
      let count = one.run(suites: trials, slowDown: exp(middle), seed: seed)
      if Double(count.found) < 0.95 * Double(count.changed) { low = middle } else { high = middle }
    }
    return exp(high)
  }
}
