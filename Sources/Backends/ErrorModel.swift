/// What a plan promises about its arithmetic, in the vocabulary of rounding-error analysis. Bounds are computed from
/// it (see Accuracy), so a plan must declare what it really does: a kernel that blocks its sums declares the height of
/// the blocked tree and is held to the tighter bound.
///
/// u = 2⁻²⁴ is float32's unit roundoff; γ_n = n·u/(1 − n·u) (Higham, *Accuracy and Stability of Numerical
/// Algorithms*, 2nd ed., §3.1).
package struct ErrorModel: Sendable, Hashable, Codable {
  /// How a deformable convolution's sampling positions are rounded.
  package enum Coordinates: String, Sendable, Hashable, Codable {
    /// Position = base + offset in one float32 addition: |error| ≤ u·|position|.
    case roundedSum
    /// Base and offset's integer part are added as integers, only the fraction is float32: |error| ≤ u.
    case splitInteger
  }

  /// The greatest number of roundings that any one term passes on its way to the result: for a linear kind the
  /// multiplication, its path through the summation tree, bias and norm (and, when deformable, the interpolation);
  /// for an elementwise kind its operations. 0 means that the result is exact.
  package var height: Int
  /// The relative error of one exp(), in units of u. 0 where none is computed.
  package var exponentialError: Double
  package var coordinates: Coordinates
  /// The transform of a Winograd convolution, whose terms are larger than the direct algorithm's; nil for others.
  package var winograd: WinogradTransform?
  /// Whether results are the same bits for any thread count, alignment and repetition.
  package var isDeterministic: Bool

  package init(
    height: Int, exponentialError: Double = 0, coordinates: Coordinates = .roundedSum,
    winograd: WinogradTransform? = nil, isDeterministic: Bool = true
  ) {
    self.height = height
    self.exponentialError = exponentialError
    self.coordinates = coordinates
    self.winograd = winograd
    self.isDeterministic = isDeterministic
  }

  /// A result that rounds nothing.
  package static let exact = ErrorModel(height: 0)
}
