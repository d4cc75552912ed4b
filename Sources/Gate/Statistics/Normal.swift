#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The standard normal distribution, for planning: verdicts themselves are free of it.
package enum Normal {
  /// P(Z ≤ z).
  package static func probability(below z: Double) -> Double { erfc(-z / 2.0.squareRoot()) / 2 }

  /// The z with P(Z > z) = `alpha`, 0 < alpha < 1, by bisection to the last bits that matter.
  package static func quantile(above alpha: Double) -> Double {
    var (low, high) = (-40.0, 40.0)
    for _ in 0..<80 {
      let middle = (low + high) / 2
      if probability(below: -middle) > alpha { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}
