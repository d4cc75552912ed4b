import Measurement

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// How the noise of contrasts is distributed around 0, beyond its size: the contrasts of all comparisons, each in
/// deviations of its own comparison, put together.
///
/// Timings have heavier tails than the normal distribution, and with few blocks an exact test has few levels; both make
/// the formula of ``Power`` promise too much. A few blocks of one comparison can't tell its tails, but the same blocks of
/// seventy comparisons can, and what disturbs a machine has much the same tails in all of them. So the two-stage
/// procedure itself is tried on this noise, and what it needs more than the formula says is ``excess(_:)``.
package struct NoiseShape: Sendable, Hashable {
  /// Without signs, which the coins of the blocks' orders make arbitrary.
  package let sizes: [Double]

  /// - Parameter blocks: by comparison.
  package init(_ blocks: [[BlockTimes]]) {
    self.init(contrasts: blocks.map(Noise.sizes))
  }

  /// - Parameter contrasts: by comparison.
  package init(contrasts: [[Double]]) {
    sizes = contrasts.flatMap { own -> [Double] in
      guard let deviation = Noise.deviation(sizes: own.map { abs($0) }), deviation > 0 else { return [] }
      return own.map { abs($0) / deviation }
    }
  }

  /// The factor by which a comparison's deviation must be multiplied for the formula of ``Power`` to tell the smallest
  /// slow-down that is found 95 times in 100. 1 where nothing is known.
  ///
  /// - Parameters:
  ///   - power: the planned blocks.
  ///   - deviation: of a comparison in the middle: where it is small, the margin matters more than the tails.
  ///   - trials: per slow-down tried.
  /// - Complexity: O(trials · n² log n) in the number of blocks.
  package func excess(_ power: Power, deviation: Double, trials: Int = 500) -> Double {
    guard sizes.count >= Self.leastSizes, deviation.isFinite, deviation > 0, power.canFire else { return 1 }
    let noise = SuiteNoise(contrasts: sizes.map { [$0 * deviation] })
    let real = SuiteSimulation(noise: noise, power: power, detect: power.budget.margin)
      .smallestVisible(comparison: 0, trials: trials, seed: 1)
    guard real < SuiteSimulation.largestTried else { return Self.largest }
    var (low, high) = (1 / Self.largest, Self.largest)
    for _ in 0..<30 {
      let middle = (low * high).squareRoot()
      if power.smallestVisible(noise: deviation * middle) < real { low = middle } else { high = middle }
    }
    return high
  }

  /// Fewer show no tails.
  private static let leastSizes = 40
  private static let largest = 8.0
}
