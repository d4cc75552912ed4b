import Catalogue

extension Fault {
  /// How a deformable convolution finds its samples.
  static let sampling: [Fault] = [
    sampling("offsets-swapped", "dy and dx are swapped.") { $0.position = { ($0 + $3, $1 + $2) } },
    sampling("offsets-negated", "Offsets are subtracted.") { $0.position = { ($0 - $2, $1 - $3) } },
    sampling("offsets-ignored", "Offsets are not applied.") { sampling in
      sampling.position = { y, x, _, _ in (y, x) }
    },
    sampling("offsets-vertical-only", "dx is not applied.") { sampling in
      sampling.position = { y, x, dy, _ in (y + dy, x) }
    },
    sampling("offsets-doubled", "Offsets are multiplied by 2, as if they were dilated.") {
      $0.position = { ($0 + 2 * $2, $1 + 2 * $3) }
    },
    sampling("offsets-rounded", "Offsets are rounded to whole elements.") {
      $0.position = { ($0 + $2.rounded(), $1 + $3.rounded()) }
    },
    sampling("offsets-in-half", "Offsets are kept in half precision.") {
      $0.position = { ($0 + $2.asHalf, $1 + $3.asHalf) }
    },
    sampling("positions-in-bfloat16", "Positions are kept in bfloat16.") {
      $0.position = { (($0 + $2).asBFloat16, ($1 + $3).asBFloat16) }
    },
    sampling("offset-channels-grouped", "Offset channels are read as all dy, then all dx.") {
      $0.channels = { tap, kernel in (tap, kernel.vertical * kernel.horizontal + tap) }
    },
    sampling("offset-taps-column-major", "Taps take their offsets in column-major order.") {
      $0.channels = { tap, kernel in
        let (row, column) = tap.quotientAndRemainder(dividingBy: kernel.horizontal)
        let place = column * kernel.vertical + row
        return (2 * place, 2 * place + 1)
      }
    },
    sampling("offset-of-first-tap", "Every tap takes the first one's offsets.") {
      $0.channels = { _, _ in (0, 1) }
    },
    sampling("offset-of-next-tap", "Every tap takes the next one's offsets.") {
      $0.channels = { tap, kernel in
        let next = (tap + 1) % (kernel.vertical * kernel.horizontal)
        return (2 * next, 2 * next + 1)
      }
    },
    sampling("sample-nearest", "The nearest element is taken for the bilinear sample.") {
      $0.weights = { $0 < 0.5 ? (1, 0) : (0, 1) }
    },
    sampling("sample-floored", "The cell's first corner is taken for the bilinear sample.") {
      $0.weights = { _ in (1, 0) }
    },
    sampling("sample-weights-swapped", "The bilinear weights are swapped.") {
      $0.weights = { ($0, 1 - $0) }
    },
    sampling("sample-weights-in-eighths", "Bilinear weights are rounded to 1/256, as textures are.") {
      $0.weights = { fraction in
        let weight = (fraction * 256).rounded() / 256
        return (1 - weight, weight)
      }
    },
    sampling("sample-truncated", "Negative positions are truncated towards zero.") { $0.cell = { Int($0) } },
    sampling("sample-border-closed", "A position counts only within [0, H − 1].") {
      $0.isInside = { $0 >= 0 && $0 <= Float($1 - 1) }
    },
    sampling("sample-border-at-zero", "A position counts only from 0 on.") {
      $0.isInside = { $0 >= 0 && $0 < Float($1) }
    },
    sampling("sample-border-below-last", "A position past the last element does not count.") {
      $0.isInside = { $0 > -1 && $0 <= Float($1 - 1) }
    },
    sampling(
      "sample-border-inclusive", "A position counts within [−1, H].",
      equivalentBecause: "the surface is 0 at −1 and at H: the corner on the map has the weight 0"
    ) { $0.isInside = { $0 >= -1 && $0 <= Float($1) } },
    sampling(
      "sample-border-absent", "Every position is sampled, wherever it lies.",
      equivalentBecause: "beyond −1 and H all four corners lie outside the map and count as 0"
    ) { $0.isInside = { _, _ in true } },
    Fault(
      "sample-position-clamped", [.deformConv2d], "A position outside is moved onto the map's edge.",
      .edited(LinearFormula.self) { formula in
        formula.read = { $0.clamped($1, $2) }
        formula.sampling.isInside = { _, _ in true }
      }),
  ]

  private static func sampling(
    _ id: String, _ sentence: String, equivalentBecause proof: String? = nil,
    _ edit: @escaping @Sendable (inout Sampling) -> Void
  ) -> Fault {
    Fault(
      id, [.deformConv2d], sentence, .edited(LinearFormula.self) { edit(&$0.sampling) },
      equivalentBecause: proof)
  }
}
