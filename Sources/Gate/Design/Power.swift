#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What a plan of blocks will be able to see, from the noise of a comparison's contrasts.
///
/// The Hodges–Lehmann estimate of n symmetric values is normal about the shift with deviation σ/√n, where σ is the
/// noise's effective deviation (for normal noise its standard deviation × √(π/3); Hollander, Wolfe & Chicken §3.2).
/// A change of log ratio δ passes both stages with probability
/// Φ(δ√n₁/σ − z₁) · Φ(δ√n₂/σ − max(z₂, m√n₂/σ)): z₁, z₂ belong to the levels, m is the margin's logarithm.
package struct Power: Sendable, Hashable {
  package let budget: ErrorBudget
  /// Blocks of stage 1 and of stage 2.
  package let screeningBlocks: Int
  package let confirmingBlocks: Int

  package init(budget: ErrorBudget, screeningBlocks: Int, confirmingBlocks: Int) {
    self.budget = budget
    self.screeningBlocks = screeningBlocks
    self.confirmingBlocks = confirmingBlocks
  }

  /// Whether these blocks could ever end in a verdict of SLOWER, however large the change.
  package var canFire: Bool {
    screeningBlocks >= budget.leastScreeningBlocks && confirmingBlocks >= budget.leastConfirmingBlocks
  }

  /// The probability that a slow-down to `ratio` is found.
  ///
  /// - Parameter noise: the effective deviation of one block's contrast, a logarithm.
  package func probability(ofFinding ratio: Double, noise: Double) -> Double {
    guard canFire else { return 0 }
    let shift = log(ratio)
    let noise = max(noise, 1e-9)
    let first = shift * Double(screeningBlocks).squareRoot() / noise
    let second = Double(confirmingBlocks).squareRoot() / noise
    let least = max(Normal.quantile(above: budget.confirmation), log(1 + budget.margin) * second)
    return Normal.probability(below: first - Normal.quantile(above: budget.screening))
      * Normal.probability(below: shift * second - least)
  }

  /// The smallest slow-down, as a ratio above 1, that is found with probability `power`; ∞ where none is.
  package func smallestVisible(noise: Double, power: Double = 0.95) -> Double {
    var high = 0.001
    while probability(ofFinding: exp(high), noise: noise) < power {
      high *= 2
      if high > 20 { return .infinity }
    }
    var low = 0.0
    for _ in 0..<40 {
      let middle = (low + high) / 2
      if probability(ofFinding: exp(middle), noise: noise) < power { low = middle } else { high = middle }
    }
    return exp(high)
  }
}

/// Estimates of the effective deviation of a comparison's contrasts.
package enum Noise {
  /// From blocks whose signs must not be looked at. The 68th percentile of sizes is one standard deviation where noise is
  /// normal, and is not moved by a few wild blocks.
  ///
  /// A contrast's size holds the change as well, if there is one; so noise is no more than ``mostOfWithin`` times what the
  /// differences within the arms show, which no change moves.
  package static func whilePlanning(_ blocks: [BlockTimes]) -> Double? { deviation(of: blocks.map(\.noise)) }

  static func deviation(of blocks: [BlockNoise]) -> Double? {
    guard let all = deviation(sizes: blocks.flatMap(\.sizes)) else { return nil }
    return deviation(sizes: blocks.flatMap(\.within)).map { min(all, mostOfWithin * $0) } ?? all
  }

  /// Over 116 layers contrasts were 1.15 times as large as differences within arms in the middle, and 1.5 times in three
  /// quarters of them.
  private static let mostOfWithin = 1.5

  /// See ``BlockNoise/sizes``. Nil for none.
  package static func deviation(sizes: [Double]) -> Double? {
    guard !sizes.isEmpty else { return nil }
    // Rounded up, for a few blocks rather show too little noise than too much.
    let index = Int((0.6827 * Double(sizes.count)).rounded(.up))
    return sizes.sorted()[min(index, sizes.count - 1)] * (Double.pi / 3).squareRoot()
  }

  /// From all blocks, after the fact: the width of the exact interval of one deviation, times √n (Lehmann 1963).
  package static func observed(_ averages: WalshAverages) -> Double? {
    guard let interval = ShiftInterval(walshAverages: averages, alpha: 0.1587), interval.alpha > 0
    else { return nil }
    let z = Normal.quantile(above: interval.alpha)
    return (interval.high - interval.low) / 2 / z * Double(averages.count).squareRoot()
  }
}
