#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Judges comparisons by their paired blocks, in two stages (see ``ErrorBudget``).
package struct PairedJudge: Sendable {
  package let budget: ErrorBudget
  /// The relative slow-down that a suite must be able to exclude, or it is inconclusive.
  package let detect: Double

  package init(budget: ErrorBudget, detect: Double) {
    self.budget = budget
    self.detect = detect
  }

  /// Whether stage 1 alone asks for new blocks: its interval leaves out equality.
  package func isFlagged(_ screening: [BlockTimes]) -> Bool {
    Stage(WalshAverages(screening.map(\.contrast)), alpha: budget.screening, budget).isFlagged
  }

  /// The verdict on one comparison.
  ///
  /// - Parameters:
  ///   - screening: the kept blocks of stage 1.
  ///   - confirming: those of stage 2; none where stage 1 flagged nothing.
  /// - Complexity: O(n² log n) in the number of blocks.
  package func judge(screening: [BlockTimes], confirming: [BlockTimes]) -> PairedVerdict {
    let first = Stage(WalshAverages(screening.map(\.contrast)), alpha: budget.screening, budget)
    let second =
      first.isFlagged && !confirming.isEmpty
      ? Stage(WalshAverages(confirming.map(\.contrast)), alpha: budget.confirmation, budget) : nil
    let change = change(first, second)
    let all = screening + confirming
    let deciding = second ?? first
    return PairedVerdict(
      change: change, isFlagged: first.isFlagged, stage: second == nil ? 1 : 2,
      interval: RatioInterval(deciding.interval), blocks: all.count,
      isBlind: change != .slower && deciding.allows(slowDown: detect), noise: deciding.noise,
      control: control(all))
  }

  /// What is said of a comparison, from the Walsh averages of its stages alone.
  ///
  /// - Parameter confirming: asked for only where stage 1 flags a difference.
  func change(screening: WalshAverages, confirming: () -> WalshAverages) -> Change {
    let first = Stage(screening, alpha: budget.screening, budget)
    return change(first, first.isFlagged ? Stage(confirming(), alpha: budget.confirmation, budget) : nil)
  }

  private func change(_ first: Stage, _ second: Stage?) -> Change {
    if let second { return second.change(mayDiffer: true) }
    return first.isFlagged ? .inconclusive : first.change(mayDiffer: false)
  }

  /// The control's interval, at a level that costs no power to speak of: half of 1 in 2000 on each side, and less
  /// where more comparisons share the family's rate.
  private func control(_ blocks: [BlockTimes]) -> PairedVerdict.Control {
    let alpha = min(1.0 / 4000, budget.family / Double(2 * budget.comparisons))
    let interval = ShiftInterval(blocks.map(\.controlContrast), alpha: alpha)
    return PairedVerdict.Control(
      interval: RatioInterval(interval), isBiased: interval.map { !$0.contains(0) } ?? false)
  }

  /// One stage's values at the levels that matter.
  private struct Stage {
    let averages: WalshAverages
    let interval: ShiftInterval?
    let equivalence: ShiftInterval?
    let margin: Double

    init(_ averages: WalshAverages, alpha: Double, _ budget: ErrorBudget) {
      self.averages = averages
      interval = ShiftInterval(walshAverages: averages, alpha: alpha)
      equivalence = ShiftInterval(walshAverages: averages, alpha: budget.equivalence)
      margin = log(1 + budget.margin)
    }

    var isFlagged: Bool { interval.map { !$0.contains(0) } ?? false }
    var noise: Double? { Noise.observed(averages) }

    /// - Parameter mayDiffer: whether this stage may say faster or slower.
    func change(mayDiffer: Bool) -> Change {
      guard let interval, let equivalence else { return .inconclusive }
      if mayDiffer, interval.low > 0, interval.estimate > margin { return .slower }
      if mayDiffer, interval.high < 0, interval.estimate < -margin { return .faster }
      return equivalence.low >= -margin && equivalence.high <= margin ? .same : .inconclusive
    }

    /// Whether a slow-down of this size may be hidden in the noise.
    func allows(slowDown: Double) -> Bool {
      guard let equivalence else { return true }
      return equivalence.high >= log(1 + slowDown)
    }
  }
}

/// The verdict on one comparison.
package struct PairedVerdict: Sendable, Hashable {
  /// How the base did against itself.
  package struct Control: Sendable, Hashable {
    package let interval: RatioInterval
    package let isBiased: Bool
  }

  package let change: Change
  /// Whether stage 1 saw a difference, confirmed or not.
  package let isFlagged: Bool
  /// The stage whose blocks decided.
  package let stage: Int
  package let interval: RatioInterval
  /// Kept blocks of both stages.
  package let blocks: Int
  /// Whether a slow-down of the size that is looked for can't be excluded.
  package let isBlind: Bool
  /// The effective deviation of one block; nil for too few blocks.
  package let noise: Double?
  package let control: Control
}

extension RatioInterval {
  /// An interval of log ratios, as ratios.
  package init(_ interval: ShiftInterval?) {
    guard let interval else {
      self.init(ratio: 1, low: 0, high: nil, coverage: 0)
      return
    }
    let high = exp(interval.high)
    self.init(
      ratio: exp(interval.estimate), low: exp(interval.low), high: high.isFinite ? high : nil,
      coverage: 1 - 2 * interval.alpha)
  }
}
