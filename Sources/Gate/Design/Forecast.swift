import Measurement

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Whether what plans promise comes true: at many places of a long record in which nothing changed, the smallest visible
/// slow-down is predicted from a few blocks, as a plan does it, and tried in the blocks that came after them.
package struct Forecast: Sendable {
  /// A place in the record.
  private struct Window {
    /// The predicted logarithm, by comparison.
    let predicted: [Double]
    /// The blocks after it, by block, then by comparison.
    let later: [[BlockNoise]]
  }

  private let windows: [Window]
  private let power: Power

  /// So many of the following blocks are drawn from: about what a plan's two stages take.
  package static let following = 32
  private static let most = 40

  /// - Parameters:
  ///   - record: by block, then by comparison; the blocks in the order of their time.
  ///   - pilot: the blocks from which a plan predicts.
  package init(record: [[BlockTimes]], pilot: Int, power: Power) {
    self.power = power
    let starts = record.count - pilot - Self.following
    let comparisons = record.first?.count ?? 0
    windows = stride(from: 0, through: starts, by: max(starts / Self.most, 1)).map { start in
      let first = record[start..<(start + pilot)]
      let blocks = (0..<comparisons).map { index in first.map { $0[index] } }
      let deviations = blocks.map { Noise.whilePlanning($0) ?? .infinity }
      let excess = NoiseShape(blocks).excess(
        power, deviation: Statistics.median(deviations) ?? .infinity,
        pilot: pilot, trials: 300)
      return Window(
        predicted: deviations.map { log(power.smallestVisible(noise: $0 * excess)) },
        later: record[(start + pilot)..<(start + pilot + Self.following)].map { $0.map(\.noise) })
    }
  }

  /// How many places it was tried at.
  package var places: Int { windows.count }

  /// The predicted slow-down in the middle of all places, 0.05 for 5 %, and the one that takes its place so that 95 of
  /// 100 are found: all predictions are multiplied by one factor until that many are. Nil for too short a record.
  ///
  /// - Complexity: O(trials · n² log n) in the number of blocks.
  package func result(comparison: Int, trials: Int = 2000) -> (predicted: Double, real: Double)? {
    guard let middle = Statistics.median(windows.map { $0.predicted[comparison] }), middle.isFinite else {
      return nil
    }
    var (low, high) = (0.1, 10.0)
    for _ in 0..<12 {
      let factor = (low * high).squareRoot()
      if share(comparison, factor, trials) < 0.95 { low = factor } else { high = factor }
    }
    return (exp(middle) - 1, exp(middle * high) - 1)
  }

  /// The share of slow-downs of `factor` times the prediction that are found.
  private func share(_ comparison: Int, _ factor: Double, _ trials: Int) -> Double {
    let perWindow = max(trials / max(windows.count, 1), 1)
    var (found, tried) = (0, 0)
    for (place, window) in windows.enumerated() {
      let noise = SuiteNoise(window.later.map { [$0[comparison]] })
      let count = SuiteSimulation(noise: noise, need: .init(exactly: power), detect: power.budget.margin)
        .run(suites: perWindow, slowDown: exp(factor * window.predicted[comparison]), seed: UInt64(place))
      found += count.found
      tried += count.changed
    }
    return tried > 0 ? Double(found) / Double(tried) : 0
  }
}
