import Measurement

/// Judges two sets of recorded runs, each run one process.
///
/// Inside a run the median has an exact interval of order statistics (see `MedianInterval`). The ratio of two medians
/// lies between low ÷ high and high ÷ low at least as often as both intervals hold. That is widened by what runs of the
/// series are known to wander (``RunNoise``), and a change must show in both halves of the head's samples, by time:
/// a disturbance of a part of the run confirms nothing.
package struct RecordedJudge: Sendable {
  package let margin: Double
  package let detect: Double

  package init(margin: Double, detect: Double) {
    self.margin = margin
    self.detect = detect
  }

  /// One side's raw samples, in order, a run each; empty runs are left out.
  package func judge(base: [[Double]], head: [[Double]], noise: RunNoise) -> RecordedVerdict? {
    guard let before = Side(base), let now = Side(head) else { return nil }
    let allowance = noise.allowance(baseRuns: before.runs, headRuns: now.runs)
    let ratio = now.median / before.median
    let low = now.low / before.high / allowance
    let high = now.high / before.low * allowance
    var change = Change.inconclusive
    if low > 1, ratio > 1 + margin {
      change = .slower
    } else if high < 1, ratio < 1 / (1 + margin) {
      change = .faster
    } else if low >= 1 / (1 + margin), high <= 1 + margin {
      change = .same
    }
    let isConfirmed =
      change == .slower || change == .faster
      ? isShownByHalves(head, before, allowance: allowance, slower: change == .slower) : true
    return RecordedVerdict(
      change: isConfirmed ? change : .inconclusive,
      ratio: RatioInterval(
        ratio: ratio, low: low, high: high.isFinite ? high : nil,
        coverage: before.coverage * now.coverage),
      baseMedian: before.median, headMedian: now.median, runs: min(before.runs, now.runs),
      isBlind: change != .slower && high >= 1 + detect,
      smallestVisible: (now.high / now.low).squareRoot() * (before.high / before.low).squareRoot() * allowance
        - 1, isUnconfirmed: !isConfirmed)
  }

  /// Whether both halves of every run's samples are past the allowance. A run of one sample is its own confirmation:
  /// there, only runs can confirm each other.
  private func isShownByHalves(
    _ head: [[Double]], _ before: Side, allowance: Double, slower: Bool
  ) -> Bool {
    head.filter { !$0.isEmpty }.allSatisfy { samples in
      let middle = samples.count / 2
      let halves = middle > 0 ? [Array(samples[..<middle]), Array(samples[middle...])] : [samples]
      return halves.compactMap { Statistics.median($0) }.allSatisfy { median in
        slower ? median > before.high * allowance : median * allowance < before.low
      }
    }
  }

  /// Runs of one side, taken together.
  private struct Side {
    let median: Double
    let low: Double
    let high: Double
    let coverage: Double
    let runs: Int

    /// The median of the runs' medians, between the mean of their lower ends and that of their upper ends.
    init?(_ runs: [[Double]]) {
      let intervals = runs.compactMap { MedianInterval($0) }.filter { $0.median > 0 && $0.low > 0 }
      guard let median = Statistics.median(intervals.map(\.median)) else { return nil }
      let count = Double(intervals.count)
      self.median = median
      low = min(intervals.map(\.low).reduce(0, +) / count, median)
      high = max(intervals.map(\.high).reduce(0, +) / count, median)
      coverage = intervals.map(\.coverage).min() ?? 0
      self.runs = intervals.count
    }
  }
}

/// The verdict on one comparison of recorded runs.
package struct RecordedVerdict: Sendable, Hashable {
  package let change: Change
  /// Its interval is the exact one, widened by the runs' noise.
  package let ratio: RatioInterval
  package let baseMedian: Double
  package let headMedian: Double
  /// Runs on the side that has fewer.
  package let runs: Int
  package let isBlind: Bool
  package let smallestVisible: Double
  /// Whether there was a change that one half of the samples did not show.
  package let isUnconfirmed: Bool
}
