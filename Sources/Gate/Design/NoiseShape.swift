import Measurement

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// How noise is distributed around 0, beyond its size: the values of all comparisons, each in deviations of its own
/// comparison, put together.
///
/// Timings have heavier tails than the normal distribution, and with few blocks an exact test has few levels; both make
/// the formula of ``Power`` promise too much. A few blocks of one comparison can't tell its tails, but the same blocks of
/// seventy comparisons can, and what disturbs a machine has much the same tails in all of them. So the two-stage
/// procedure itself is tried on this noise, and what it needs more than the formula says is ``excess(_:)``.
package struct NoiseShape: Sendable, Hashable {
  /// Without signs, which the coins of the blocks' orders make arbitrary.
  package let sizes: [Double]

  /// From the differences within arms, which no change moves.
  ///
  /// - Parameter blocks: by comparison.
  package init(_ blocks: [[BlockTimes]]) {
    self.init(contrasts: blocks.map { $0.flatMap(\.noise.within) })
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
  ///   - pilot: where the deviation is an estimate from so many blocks, their number: what is promised for it must then be
  ///     found 95 times in 100 over all estimates, too small and too large ones. Nil where it is known.
  ///   - trials: per factor tried.
  /// - Complexity: O(trials · n² log n) in the number of blocks.
  package func excess(_ power: Power, deviation: Double, pilot: Int? = nil, trials: Int = 1000) -> Double {
    guard sizes.count >= Self.leastSizes, deviation.isFinite, deviation > 0, power.canFire else { return 1 }
    let simulation = SuiteSimulation(
      noise: SuiteNoise(contrasts: sizes.map { [$0 * deviation] }), need: .init(exactly: power),
      detect: power.budget.margin)
    let promised = PromisedChanges(power)
    var (low, high) = (1 / Self.largest, Self.largest)
    for _ in 0..<12 {
      let factor = (low * high).squareRoot()
      // The same coins for every factor, so that more always finds more.
      var draw = SuiteSimulation.Draw(generator: SeededGenerator(seed: 1))
      var found = 0
      for _ in 0..<trials {
        let known = pilot.map { estimate(from: $0, &draw.generator) } ?? 1
        let shift = promised.shift(noise: factor * known * deviation)
        found += simulation.changes(shift: shift, of: 0, &draw) == [.slower] ? 1 : 0
      }
      if Double(found) < 0.95 * Double(trials) { low = factor } else { high = factor }
    }
    return high
  }

  /// What a pilot of `count` blocks would tell of a deviation of 1.
  private func estimate(from count: Int, _ generator: inout SeededGenerator) -> Double {
    let drawn = (0..<(count * BlockNoise.sizesPerBlock)).compactMap { _ in
      sizes.randomElement(using: &generator)
    }
    return Noise.deviation(sizes: drawn) ?? 1
  }

  /// Fewer show no tails.
  private static let leastSizes = 40
  private static let largest = 8.0
}

/// The smallest slow-down that a plan promises, by noise: worked out once for many questions.
private struct PromisedChanges {
  /// Logarithms of noise, in equal steps, and of the slow-down at each.
  private let noises: [Double]
  private let shifts: [Double]

  init(_ power: Power) {
    noises = (0...48).map { log(1e-4) + Double($0) / 48 * (log(4) - log(1e-4)) }
    // A slow-down that nothing finds is put beyond what is tried.
    shifts = noises.map { min(log(power.smallestVisible(noise: exp($0))), 20) }
  }

  /// The log ratio promised for that noise: between the two nearest, along a line.
  func shift(noise: Double) -> Double {
    let step = noises[1] - noises[0]
    let place = min(max((log(noise) - noises[0]) / step, 0), Double(noises.count - 1))
    let index = min(Int(place), noises.count - 2)
    let share = place - Double(index)
    return shifts[index] * (1 - share) + shifts[index + 1] * share
  }
}
