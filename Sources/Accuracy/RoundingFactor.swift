import Foundation

/// The constants of float32 arithmetic, round to nearest.
package enum Float32Arithmetic {
  /// u = 2⁻²⁴: one operation's result is exact·(1 + δ), |δ| ≤ u, while it neither over- nor underflows.
  package static let unitRoundoff = 0x1p-24
  /// 2⁻¹²⁶, the least normal number. A result below it may be off by that much: exactly rounded subnormals are off
  /// by 2⁻¹⁵⁰ at most, hardware that flushes them to zero loses up to all of them.
  package static let leastNormal = 0x1p-126
  /// 2⁻¹⁴⁹, the spacing of subnormal numbers.
  package static let leastSubnormal = 0x1p-149
}

/// How much n roundings on the way of a term can change it, relatively.
package enum RoundingFactor {
  /// γ_n = n·u/(1 − n·u): |∏(1 + δ_i) − 1| ≤ γ_n for any |δ_i| ≤ u (Higham, *Accuracy and Stability of Numerical
  /// Algorithms*, 2nd ed., 2002, lemma 3.1). Infinite where n·u ≥ 1.
  package static func guaranteed(_ height: Int) -> Double {
    let roundings = Double(max(height, 0)) * Float32Arithmetic.unitRoundoff
    return roundings < 1 ? roundings / (1 - roundings) : .infinity
  }

  /// λ of the probabilistic bound. When rounding errors are random, independent and of mean zero, one sum exceeds
  /// its bound with a probability of at most 2·exp(−λ²(1 − u)²/2) (Higham & Mary, *A New Approach to Probabilistic
  /// Rounding Error Analysis*, SIAM J. Sci. Comput. 41, 2019, theorem 2.4; that the probability does not grow with
  /// the length of a sum is shown by Hallman & Ipsen, *Precision-aware deterministic and probabilistic error bounds
  /// for floating point summation*, Numer. Math. 155, 2023). λ = 7 gives 4.6·10⁻¹¹ per element: over the 10⁹
  /// elements of a full run, 0.05 are expected to exceed it, and being past it is no failure.
  package static let lambda = 7.0

  /// γ̃_n(λ) = exp(λ·√n·u + n·u²/(1 − u)) − 1, the probabilistic counterpart of γ_n (Higham & Mary 2019, theorem
  /// 2.4), or γ_n where that is smaller (n < λ²): never more than is guaranteed.
  package static func probabilistic(_ height: Int) -> Double {
    let u = Float32Arithmetic.unitRoundoff
    let n = Double(max(height, 0))
    return min(guaranteed(height), expm1(lambda * n.squareRoot() * u + n * u * u / (1 - u)))
  }

  /// What n roundings in float64 can change: truths are sums in float64 and are off by that much themselves.
  package static func float64(_ count: Int) -> Double { Double(max(count, 0)) * 0x1p-53 }
}
