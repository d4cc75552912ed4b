import Foundation

/// A number with a bound on how far a float32 computation of it may be off: running error analysis (Wilkinson; Higham,
/// *Accuracy and Stability of Numerical Algorithms*, 2nd ed., §3.3).
///
/// Every operation carries the operands' errors on, to first and second order, and adds its own rounding,
/// u·|computed result|, with |computed result| ≤ |value| + error. A fused multiply–add leaves one of these roundings
/// out and so stays within the bound. Values are computed in float64, whose own roundings are 2⁻²⁹ times smaller.
struct Bounded {
  /// The exact value.
  let value: Double
  /// |computed − exact| is at most this.
  let error: Double

  /// A number that is exact in float32, such as an input.
  init(_ exact: Double) { self.init(exact, error: 0) }

  init(_ exact: Float) { self.init(Double(exact), error: 0) }

  init(_ value: Double, error: Double) {
    self.value = value
    self.error = error
  }

  /// A constant that float32 rounds once: an attribute or a quotient of attributes.
  static func rounded(constant: Double) -> Bounded {
    let nearest = Double(Float(constant))
    return Bounded(constant, error: nearest == constant ? 0 : roundoff(constant, 0))
  }

  /// The largest absolute value the computed number can have.
  var reach: Double { abs(value) + error }

  /// The error with one operation's rounding added. Only a result that may be below 2⁻¹²⁶ can underflow.
  private static func rounding(_ value: Double, _ propagated: Double) -> Bounded {
    Bounded(value, error: propagated + roundoff(value, propagated))
  }

  private static func roundoff(_ value: Double, _ propagated: Double) -> Double {
    let reach = abs(value) + propagated
    let mayUnderflow = abs(value) - propagated < Float32Arithmetic.leastNormal && reach > 0
    return Float32Arithmetic.unitRoundoff * reach + (mayUnderflow ? Float32Arithmetic.leastNormal : 0)
  }

  static func + (left: Bounded, right: Bounded) -> Bounded {
    rounding(left.value + right.value, left.error + right.error)
  }

  static func - (left: Bounded, right: Bounded) -> Bounded {
    rounding(left.value - right.value, left.error + right.error)
  }

  static func * (left: Bounded, right: Bounded) -> Bounded {
    rounding(
      left.value * right.value,
      abs(left.value) * right.error + abs(right.value) * left.error + left.error * right.error)
  }

  /// a/b: |a'/b' − a/b| ≤ (e_a + |a/b|·e_b)/(|b| − e_b); unbounded where the computed divisor may be zero.
  static func / (left: Bounded, right: Bounded) -> Bounded {
    let quotient = left.value / right.value
    guard right.error < abs(right.value) else { return Bounded(quotient, error: .infinity) }
    return rounding(quotient, (left.error + abs(quotient) * right.error) / (abs(right.value) - right.error))
  }

  /// √a: |√a' − √a| = |a' − a|/(√a' + √a).
  func squareRoot() -> Bounded {
    let root = max(value, 0).squareRoot()
    let least = max(value - error, 0).squareRoot()
    guard error > 0 else { return Self.rounding(root, 0) }
    return Self.rounding(root, error / (root + least))
  }

  /// e^a: an error d in the argument is a factor e^d, and the function itself is off by `relativeError`·u.
  func exponential(relativeError: Double) -> Bounded {
    let power = exp(value)
    let propagated = power * expm1(error)
    let own = relativeError * Float32Arithmetic.unitRoundoff * (power + propagated)
    let underflow = power < 2 * Float32Arithmetic.leastNormal ? Float32Arithmetic.leastNormal : 0
    return Bounded(power, error: propagated + own + underflow)
  }

  /// max(a, 0), which rounds nothing. Where even a + error is negative the result is 0 for certain.
  func rectified(_ applies: Bool) -> Bounded {
    guard applies else { return self }
    return Bounded(max(value, 0), error: value >= 0 ? error : max(0, value + error))
  }

  /// a clipped to [0, 1], which rounds nothing and moves no two numbers apart.
  func clipped(_ applies: Bool) -> Bounded {
    applies ? Bounded(min(max(value, 0), 1), error: error) : self
  }

  /// a/2, which is exact unless it underflows.
  var half: Bounded {
    let mayUnderflow = abs(value) / 2 < Float32Arithmetic.leastNormal && value != 0
    return Bounded(value / 2, error: error / 2 + (mayUnderflow ? Float32Arithmetic.leastNormal : 0))
  }

  /// The sum of terms in any order: their errors, and `factor` (γ of the summation tree's height) times their
  /// computed magnitudes (Higham §4.2).
  static func sum(_ terms: [Bounded], factor: Double) -> Bounded {
    var value = 0.0
    var error = 0.0
    for term in terms {
      value += term.value
      error += term.error + factor * term.reach
    }
    return Bounded(value, error: error)
  }
}
