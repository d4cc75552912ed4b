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
  /// - Complexity: O(n² log n) time, O(n) space.
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
    for end in leastLength...logs.count {
      var costs = RunningDeviations()
      for start in stride(from: end - 1, through: 0, by: -1) {
        costs.insert(logs[start])
        guard end - start >= leastLength, best[start].isFinite else { continue }
        let cost = best[start] + penalty + costs.sum
        if cost < best[end] {
          best[end] = cost
          previous[end] = start
        }
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

/// The sum of absolute deviations from the median of values that come one by one.
private struct RunningDeviations {
  private var sorted: [Double] = []
  private(set) var sum = 0.0

  /// - Complexity: O(n) for moving the values behind the new one, O(log n) otherwise.
  mutating func insert(_ value: Double) {
    var (low, high) = (0, sorted.count)
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle] < value { low = middle + 1 } else { high = middle }
    }
    // The median of an odd number stays the best centre for one value more; the added deviation is that value's from
    // it. With an even number any point between the middle two is, so the nearer of them counts.
    let count = sorted.count
    if count.isMultiple(of: 2) {
      if count > 0 {
        let (left, right) = (sorted[count / 2 - 1], sorted[count / 2])
        sum += value < left ? left - value : value > right ? value - right : 0
      }
    } else {
      sum += abs(value - sorted[count / 2])
    }
    sorted.insert(value, at: low)
  }
}
