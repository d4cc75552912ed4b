/// A box in pixels to which its last row and column belong, as `nms` takes it: x2 − x1 + 1 wide.
struct PixelBox: Equatable {
  let left: Float
  let top: Float
  let right: Float
  let bottom: Float

  /// Box `row` of [P,4].
  init(_ boxes: [Float], row: Int) {
    left = boxes[4 * row]
    top = boxes[4 * row + 1]
    right = boxes[4 * row + 2]
    bottom = boxes[4 * row + 3]
  }

  /// Intersection over union, with a bound on how far a float32 computation of it may be off.
  ///
  /// Running error analysis over the box arithmetic (see ``Bounded``), in the forms with the larger errors:
  /// - A side is (high − low) + 1 or (high + 1) − low: two roundings, of other intermediate results; the larger error
  ///   counts. Minimum, maximum and the clipping at 0 round nothing.
  /// - Areas and the shared area are products of two sides: one rounding each.
  /// - The union is the sum of three terms in any order: γ_2 times their magnitudes.
  /// - The quotient is one rounding. Who compares shared > threshold·union instead has one rounding of that product,
  ///   which at the threshold is as large.
  ///
  /// Boxes that are disjoint in every arithmetic have an overlap of exactly 0.
  func overlap(with other: PixelBox) -> Bounded {
    let width = Self.side(from: max(left, other.left), to: min(right, other.right)).rectified(true)
    let height = Self.side(from: max(top, other.top), to: min(bottom, other.bottom)).rectified(true)
    let shared = width * height
    guard shared.reach > 0 else { return Bounded(0.0) }
    let negative = Bounded(-shared.value, error: shared.error)
    return shared / .sum([area, other.area, negative], factor: RoundingFactor.guaranteed(2))
  }

  private var area: Bounded { Self.side(from: left, to: right) * Self.side(from: top, to: bottom) }

  private static func side(from low: Float, to high: Float) -> Bounded {
    let (low, high, one) = (Bounded(low), Bounded(high), Bounded(1.0))
    let late = high - low + one
    let early = high + one - low
    return Bounded(late.value, error: max(late.error, early.error))
  }
}
