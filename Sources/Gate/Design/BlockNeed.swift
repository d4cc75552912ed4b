#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// When a comparison has as many blocks as it needs.
///
/// Noise differs from layer to layer by a factor of ten and more, and the blocks that a change takes by its square. So
/// a comparison is measured until its own noise would let it show the slow-down that is looked for, and what is ready
/// leaves the time to the others.
///
/// The noise is told by *sizes* alone: of the contrast, and of the differences within both arms. Whatever changed
/// nothing stays as likely to be mirrored, given all of these (see ``BlockOrder``), so the exact test keeps its level
/// however the number of blocks was found.
package struct BlockNeed: Sendable, Hashable {
  package enum Stage: Int, Sendable, Hashable {
    case screening = 1
    case confirming = 2
  }

  package let budget: ErrorBudget
  /// The relative slow-down that is looked for.
  package let detect: Double
  /// See ``NoiseShape/excess(_:deviation:pilot:trials:)``.
  package let excess: Double
  private let screening: ClosedRange<Int>
  private let confirming: ClosedRange<Int>

  /// Of a change of that size, the share that each stage is to find: 97 % both, for the noise is known from an estimate
  /// only and 95 % are promised.
  package static let power = 0.985

  /// As many blocks as a power counts on, whatever the noise.
  package init(exactly power: Power) {
    budget = power.budget
    detect = power.budget.margin
    excess = 1
    screening = power.screeningBlocks...power.screeningBlocks
    confirming = power.confirmingBlocks...power.confirmingBlocks
  }

  /// As many blocks as it takes to find `detect`.
  ///
  /// - Parameter blocks: of each stage, the fewest and the most.
  package init(toFind detect: Double, budget: ErrorBudget, excess: Double, blocks: ClosedRange<Int>) {
    self.budget = budget
    self.detect = detect
    self.excess = excess
    func range(atLeast least: Int) -> ClosedRange<Int> {
      max(blocks.lowerBound, least)...max(blocks.upperBound, least)
    }
    screening = range(atLeast: budget.leastScreeningBlocks)
    confirming = range(atLeast: budget.leastConfirmingBlocks)
  }

  /// The fewest and the most blocks of a stage.
  package func range(_ stage: Stage) -> ClosedRange<Int> { stage == .screening ? screening : confirming }

  /// Whether `count` blocks of a stage are enough for a comparison.
  ///
  /// - Parameter noise: of all its blocks so far.
  package func isEnough(_ count: Int, _ stage: Stage, noise: @autoclosure () -> [BlockNoise]) -> Bool {
    let range = range(stage)
    guard count >= range.lowerBound else { return false }
    guard count < range.upperBound, let noise = Noise.deviation(of: noise()) else { return true }
    return noise * excess <= largestNoise(count, stage)
  }

  /// How many blocks of a stage a comparison of that noise will take.
  package func count(_ stage: Stage, noise: Double) -> Int {
    let range = range(stage)
    return range.first { noise * excess <= largestNoise($0, stage) } ?? range.upperBound
  }

  /// The effective deviation of a contrast with which `count` blocks find ``detect`` with probability ``power``:
  /// ``Power``'s formula for one stage, solved for σ.
  private func largestNoise(_ count: Int, _ stage: Stage) -> Double {
    let (change, root) = (log(1 + detect), Double(count).squareRoot())
    let reserve = Normal.quantile(above: 1 - Self.power)
    switch stage {
    case .screening: return change * root / (Normal.quantile(above: budget.screening) + reserve)
    case .confirming:
      return min(
        change * root / (Normal.quantile(above: budget.confirmation) + reserve),
        (change - log(1 + budget.margin)) * root / reserve)
    }
  }
}
