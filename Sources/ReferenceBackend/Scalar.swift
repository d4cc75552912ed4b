import RealModule

/// The numbers that formulas are evaluated in: `Float`, as layers are specified, and `Double`, which proves
/// the float64 oracle.
package typealias ReferenceScalar = BinaryFloatingPoint & Real & Sendable

/// The larger of two values; NaN when either is NaN, so that a broken value is never hidden.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
func maximum<Scalar: ReferenceScalar>(_ first: Scalar, _ second: Scalar) -> Scalar {
  first > second || first.isNaN ? first : second
}

/// max(x, 0); NaN stays NaN.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
func rectified<Scalar: ReferenceScalar>(_ value: Scalar) -> Scalar { value < 0 ? 0 : value }

/// The logistic function 1/(1 + e⁻ˣ).
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
func logistic<Scalar: ReferenceScalar>(_ value: Scalar) -> Scalar { 1 / (1 + .exp(-value)) }
