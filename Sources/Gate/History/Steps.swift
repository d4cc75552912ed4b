import Measurement

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A place in a series where its level changes.
package struct ChangePoint: Sendable, Hashable {
  /// The first value at the new level.
  package let index: Int
  /// New level ÷ old level.
  package let ratio: Double

  package init(index: Int, ratio: Double) {
    self.index = index
    self.ratio = ratio
  }
}

/// Levels in a series of medians: the piecewise constant function that minimises the sum of absolute deviations of the
/// logarithms plus a penalty per step, found exactly by dynamic programming (Jackson et al. 2005, "optimal
/// partitioning"; the absolute deviations are asv's choice, against outliers).
package enum Steps {
  /// No level is shorter, so that one or two values that stand out, a spike, can't make the median of a level.
  package static let leastLength = 5

  /// - Parameters:
  ///   - values: positive, in order of time.
  ///   - least: smaller changes are not told, as ratios above 1.
  /// - Complexity: O(n²) time, O(n) space.
  package static func changePoints(_ values: [Double], least: Double = 1.02) -> [ChangePoint] {
    let logs = values.map { log($0) }
    guard logs.count >= 2 * leastLength, let noise = noise(logs) else { return [] }
    // Each value within a level costs about 0.8 of a deviation; a step must save more than chance does. With 4·log n
    // deviations, white noise of up to 200 values shows a step in fewer than 1 series of 100 (see the tests).
    let penalty = 4 * log(Double(logs.count)) * noise
    let starts = segmentation(logs, penalty: penalty)
    let levels = zip(starts, starts.dropFirst() + [logs.count]).map { start, end in
      Statistics.median(Array(logs[start..<end])) ?? 0
    }
    return zip(starts.dropFirst(), zip(levels.dropFirst(), levels)).compactMap { start, pair in
      let ratio = exp(pair.0 - pair.1)
      return max(ratio, 1 / ratio) >= least ? ChangePoint(index: start, ratio: ratio) : nil
    }
  }

  /// From neighbours' differences, which steps hardly touch. Series without noise get a thousandth, so that the penalty
  /// means something.
  static func noise(_ logs: [Double]) -> Double? {
    let steps = zip(logs.dropFirst(), logs).map { abs($0 - $1) }
    return Statistics.median(steps).map { max(1.4826 * $0 / 2.0.squareRoot(), 1e-3) }
  }

  /// The first indices of the levels.
  private static func segmentation(_ logs: [Double], penalty: Double) -> [Int] {
    var best = [Double](repeating: .infinity, count: logs.count + 1)
    var previous = [Int](repeating: 0, count: logs.count + 1)
    best[0] = -penalty
    let ranks = RankedSeries(logs)
    // Starts in ascending order: when a start's turn comes, no better way to it can still be found.
    for start in 0...(logs.count - leastLength) where best[start].isFinite {
      ranks.forEachEnd(after: start) { end, deviations in
        let cost = best[start] + penalty + deviations
        guard end - start >= leastLength, cost <= best[end] else { return }
        best[end] = cost
        previous[end] = start
      }
    }
    var starts: [Int] = []
    var end = logs.count
    while end > 0 {
      end = previous[end]
      starts.append(end)
    }
    return starts.reversed()
  }
}

/// A series with the order of its values, for the sums of absolute deviations from the median of all its stretches.
private struct RankedSeries {
  private let values: [Double]
  /// Positions by value, and the place of each position among them.
  private let positions: [Int]
  private let ranks: [Int]

  init(_ values: [Double]) {
    self.values = values
    positions = values.indices.sorted { values[$0] < values[$1] }
    var ranks = [Int](repeating: 0, count: values.count)
    for (rank, position) in positions.enumerated() { ranks[position] = rank }
    self.ranks = ranks
  }

  /// Calls `body` with the end of every stretch from `start` on, longest first, and with the stretch's sum of absolute
  /// deviations from its median.
  ///
  /// The values are linked in ascending order and taken out from the end on, so that the median moves by one link at most
  /// (O(n) in all). With an odd number, the median stays the best centre for one value less, and the sum loses that
  /// value's deviation from it; with an even number any point between the middle two is, and the sum loses the deviation
  /// from the farther of them.
  func forEachEnd(after start: Int, _ body: (_ end: Int, _ deviations: Double) -> Void) {
    let none = values.count
    // Links by rank; the entry behind the last stands for both ends.
    var next = [Int](repeating: none, count: none + 1)
    var before = next
    var last = none
    var count = 0
    for (rank, position) in positions.enumerated() where position >= start {
      next[last] = rank
      before[rank] = last
      last = rank
      count += 1
    }
    before[none] = last
    func value(_ rank: Int) -> Double { values[positions[rank]] }
    var middle = next[none]
    for _ in 0..<((count - 1) / 2) { middle = next[middle] }
    var sum = 0.0
    for position in start..<none { sum += abs(values[position] - value(middle)) }
    while count > 0 {
      body(start + count, sum)
      let leaving = ranks[start + count - 1]
      // `middle` is the median, or the lower of the middle two.
      if count.isMultiple(of: 2) {
        let upper = next[middle]
        sum -= leaving <= middle ? value(upper) - value(leaving) : value(leaving) - value(middle)
        if leaving <= middle { middle = upper }
      } else {
        sum -= abs(value(leaving) - value(middle))
        if leaving >= middle { middle = before[middle] }
      }
      next[before[leaving]] = next[leaving]
      before[next[leaving]] = before[leaving]
      count -= 1
    }
  }
}
