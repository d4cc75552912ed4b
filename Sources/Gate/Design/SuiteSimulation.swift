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
  package let need: BlockNeed
  /// Of stage 1; stage 2, whose few comparisons cost little, gets what it needs.
  package let costs: BlockCosts
  package let detect: Double
  package var judge: PairedJudge { PairedJudge(budget: need.budget, detect: detect) }

  /// - Parameter costs: what a stage's time lets it take; nil: all that is needed.
  package init(noise: SuiteNoise, need: BlockNeed, detect: Double, costs: BlockCosts? = nil) {
    self.noise = noise
    self.need = need
    self.detect = detect
    self.costs = costs ?? .free(subjects: noise.comparisons)
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
    var draw = Draw(generator: SeededGenerator(seed: seed))
    let shift = log(ratio)
    var count = Count()
    for suite in 0..<suites {
      let changed = shift == 0 ? nil : suite % max(noise.comparisons, 1)
      var isRed = false
      for (index, change) in changes(shift: shift, of: changed, &draw).enumerated() {
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

  /// The coins and rows of a simulation, and the distributions that it needs again and again.
  struct Draw {
    var generator: SeededGenerator
    private var distributions: [Int: SignedRank] = [:]

    init(generator: SeededGenerator) { self.generator = generator }

    mutating func averages(_ values: [Double]) -> WalshAverages {
      let known = distributions[values.count] ?? SignedRank(count: values.count)
      distributions[values.count] = known
      return WalshAverages(values, distribution: known)
    }
  }

  /// One suite: what is said of each comparison, of which `changed` is slower by the log ratio `shift`.
  func changes(shift: Double, of changed: Int?, _ draw: inout Draw) -> [Change] {
    screened(shift: shift, of: changed, &draw).enumerated().map { index, first in
      judge.change(
        screening: draw.averages(first.contrasts),
        confirming: { confirmed(index, first, shift: index == changed ? shift : 0, &draw) })
    }
  }

  /// What a comparison has shown so far.
  private struct Seen {
    var noise: [BlockNoise] = []
    var contrasts: [Double] { noise.map(\.contrast) }

    mutating func add(_ block: BlockNoise, shift: Double) {
      noise.append(BlockNoise(contrast: block.contrast + shift, within: block.within))
    }
  }

  /// Stage 1 of all comparisons.
  private func screened(shift: Double, of changed: Int?, _ draw: inout Draw) -> [Seen] {
    var seen = [Seen](repeating: Seen(), count: noise.comparisons)
    var open = Array(seen.indices)
    var seconds = 0.0
    while !open.isEmpty, seconds < costs.limit, let row = noise.drawn(using: &draw.generator) {
      seconds += costs.seconds(of: open)
      for index in open { seen[index].add(row[index], shift: index == changed ? shift : 0) }
      open.removeAll { need.isEnough(seen[$0].noise.count, .screening, noise: seen[$0].noise) }
    }
    return seen
  }

  /// Stage 2 of one comparison: new blocks, whose number follows from the noise of all.
  private func confirmed(
    _ index: Int, _ screened: Seen, shift: Double, _ draw: inout Draw
  ) -> WalshAverages {
    var seen = Seen()
    while !need.isEnough(seen.noise.count, .confirming, noise: screened.noise + seen.noise),
      let row = noise.drawn(using: &draw.generator)
    { seen.add(row[index], shift: shift) }
    return draw.averages(seen.contrasts)
  }
}
