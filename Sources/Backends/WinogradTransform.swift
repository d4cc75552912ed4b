/// A Winograd convolution F(m×m, 3×3) as three matrices over interpolation points (Winograd 1980; Lavin & Gray, *Fast
/// Algorithms for Convolutional Neural Networks*, CVPR 2016): with g a 3×3 filter and d a patch of (m + 2)² inputs,
/// the m² outputs are Aᵀ·[(G·g·Gᵀ) ⊙ (Bᵀ·d·B)]·A.
///
/// The matrices are Toom and Cook's over m + 1 finite points p and ∞: Aᵀ holds powers of p, G powers divided by
/// N_p = ∏(p − q), Bᵀ the coefficients of ∏(x − q), each over the other finite points q.
package struct WinogradTransform: Sendable, Hashable, Codable {
  /// The name in the record and on the command line.
  package let name: String
  /// m: outputs of one tile each way.
  package let outputs: Int
  /// The finite points: 0, then pairs ±p. Their powers and products have few digits, so that Aᵀ and Bᵀ are exact in
  /// float32.
  package let points: [Double]
  /// What one dimension's transforms round at the most on the way of any one value, as
  /// `Microkernels.WinogradScheme` computes them.
  package let inputRoundings: Roundings
  package let sumRoundings: Roundings

  /// Roundings of one value on its way, with multiply–adds that round once and with ones that round twice.
  package struct Roundings: Sendable, Hashable, Codable {
    package let fused: Int
    package let unfused: Int

    package func callAsFunction(fuses: Bool) -> Int { fuses ? fused : unfused }
  }

  /// F(2×2, 3×3): the inputs are only added, 1 rounding; of the sums two pass two additions. On small integers exact.
  package static let f2 = WinogradTransform(
    name: "winograd-2x2", outputs: 2, points: [0, 1, -1], inputRoundings: Roundings(fused: 1, unfused: 1),
    sumRoundings: Roundings(fused: 2, unfused: 2))

  /// F(4×4, 3×3) over the pair of points that errs least: of all (±a, ±b) in steps of a sixteenth and an eighth the
  /// mean error is smallest around (5/8, 3/2), 0.56 of that of the customary (1, 2), in a simulation of float32 over 64
  /// and 256 channels (the choice of points: Barabasz et al., *Error Analysis and Improving the Accuracy of Winograd
  /// Convolution for Deep Neural Networks*, ACM TOMS 46, 2020, §5). Their products have at most eight binary digits.
  package static let f4 = WinogradTransform(
    name: "winograd-4x4", outputs: 4, points: [0, 0.625, -0.625, 1.5, -1.5],
    inputRoundings: four.input, sumRoundings: four.sums)

  /// F(4×4, 3×3) over (±1, ±2): errs more, but with weights that are multiples of 576 = 24² it computes in integers,
  /// so that the same kernels can be held to the last bit.
  package static let f4Integer = WinogradTransform(
    name: "winograd-4x4-integer", outputs: 4, points: [0, 1, -1, 2, -2], inputRoundings: four.input,
    sumRoundings: four.sums)

  /// Input: x⁴'s and x²'s coefficients in a chain of two multiply–adds, or an even and an odd part of one each, joined
  /// by one more: 2, and unfused 4. Sums: a pair's sum or difference, and two more additions or multiply–adds: 3, and
  /// unfused 4.
  private static let four = (
    input: Roundings(fused: 2, unfused: 4), sums: Roundings(fused: 3, unfused: 4)
  )

  /// Every transform that the tiled backend offers.
  package static let all = [f4, f2, f4Integer]

  /// m + 2: inputs of one tile each way, and rows of the transformed filter.
  package var size: Int { outputs + 2 }

  /// Products per output of a direct convolution over those of this one: 2.25 for m = 2, 4 for m = 4.
  package var saving: Double { Double(9 * outputs * outputs) / Double(size * size) }

  /// Aᵀ, m×(m + 2).
  package var sumMatrix: [[Double]] {
    (0..<outputs).map { row in
      points.map { power($0, row) } + [row == outputs - 1 ? 1 : 0]
    }
  }

  /// G, (m + 2)×3.
  package var filterMatrix: [[Double]] {
    points.enumerated().map { index, point in
      let norm = points.enumerated().reduce(1.0) { $1.offset == index ? $0 : $0 * (point - $1.element) }
      return (0..<3).map { power(point, $0) / norm }
    } + [[0, 0, 1]]
  }

  /// Bᵀ, (m + 2)×(m + 2).
  package var inputMatrix: [[Double]] {
    points.indices.map { index in
      var others = points
      others.remove(at: index)
      return polynomial(roots: others) + [0]
    } + [polynomial(roots: points)]
  }

  private func power(_ base: Double, _ exponent: Int) -> Double {
    (0..<exponent).reduce(1.0) { product, _ in product * base }
  }

  /// The coefficients of ∏(x − root), the constant one first.
  private func polynomial(roots: [Double]) -> [Double] {
    roots.reduce([1.0]) { coefficients, root in
      var product = [0.0] + coefficients
      for (index, coefficient) in coefficients.enumerated() { product[index] -= root * coefficient }
      return product
    }
  }
}
