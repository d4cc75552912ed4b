import Catalogue
import Tensors

/// A Winograd convolution F(m×m, 3×3) as three matrices over interpolation points (Winograd 1980; Lavin & Gray, *Fast
/// Algorithms for Convolutional Neural Networks*, CVPR 2016): with g a 3×3 filter and d a patch of inputs, the m² outputs
/// are Aᵀ·[(G·g·Gᵀ) ⊙ (Bᵀ·d·B)]·A.
///
/// The matrices are Toom and Cook's over finite points p and ∞: Aᵀ holds powers of p, G powers divided by
/// N_p = ∏(p − q), Bᵀ the coefficients of ∏(x − q), each over the other finite points q. With stride 1, m + 1 finite
/// points make m outputs of three taps from m + 2 inputs.
///
/// With stride 2 the inputs part into two phases, and m outputs need 2m + 1 of them: at even places the first and the
/// last tap are a convolution of two taps with stride 1, for which m finite points and ∞ do; at odd places the middle tap
/// meets one input for each output, as it is. The rows of those m products follow the points'; all have one filter. In
/// both dimensions (2m + 1)² products take the place of 9m².
package struct WinogradTransform: Sendable, Hashable, Codable {
  /// The name in the record and on the command line.
  package let name: String
  /// m: outputs of one tile each way.
  package let outputs: Int
  /// The convolution's stride each way, 1 or 2.
  package let stride: Int
  /// The finite points: 0, then pairs ±p; with stride 2, 0 and 1. Their powers and products have few digits, so that Aᵀ
  /// and Bᵀ are exact in float32.
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
    name: "winograd-2x2", outputs: 2, stride: 1, points: [0, 1, -1],
    inputRoundings: Roundings(fused: 1, unfused: 1), sumRoundings: Roundings(fused: 2, unfused: 2))

  /// F(2×2, 3×3) with stride 2: the inputs are only subtracted, 1 rounding; of the sums three make an output, 2. On small
  /// integers exact. More outputs would save more products, but each filter has (m + 2)² different values, and strided
  /// layers have many channels and few pixels: their weights are what they read most of.
  package static let f2Strided = WinogradTransform(
    name: "winograd-2x2-strided", outputs: 2, stride: 2, points: [0, 1],
    inputRoundings: Roundings(fused: 1, unfused: 1), sumRoundings: Roundings(fused: 2, unfused: 2))

  /// F(4×4, 3×3) over the pair of points that errs least: of all (±a, ±b) in steps of a sixteenth and an eighth the
  /// mean error is smallest around (5/8, 3/2), 0.56 of that of the customary (1, 2), in a simulation of float32 over 64
  /// and 256 channels (the choice of points: Barabasz et al., *Error Analysis and Improving the Accuracy of Winograd
  /// Convolution for Deep Neural Networks*, ACM TOMS 46, 2020, §5). Their products have at most eight binary digits.
  package static let f4 = WinogradTransform(
    name: "winograd-4x4", outputs: 4, stride: 1, points: [0, 0.625, -0.625, 1.5, -1.5],
    inputRoundings: four.input, sumRoundings: four.sums)

  /// F(4×4, 3×3) over (±1, ±2): errs more, but with weights that are multiples of 576 = 24² it computes in integers,
  /// so that the same kernels can be held to the last bit.
  package static let f4Integer = WinogradTransform(
    name: "winograd-4x4-integer", outputs: 4, stride: 1, points: [0, 1, -1, 2, -2],
    inputRoundings: four.input, sumRoundings: four.sums)

  /// Input: x⁴'s and x²'s coefficients in a chain of two multiply–adds, or an even and an odd part of one each, joined
  /// by one more: 2, and unfused 4. Sums: a pair's sum or difference, and two more additions or multiply–adds: 3, and
  /// unfused 4.
  private static let four = (
    input: Roundings(fused: 2, unfused: 4), sums: Roundings(fused: 3, unfused: 4)
  )

  /// Every transform that the tiled backend offers.
  package static let all = [f4, f2, f4Integer, f2Strided]

  /// Whether it computes such a convolution.
  package func computes(_ convolution: Convolution, weight: Shape) -> Bool {
    weight[2] == 3 && weight[3] == 3 && convolution.groups == 1 && convolution.stride == Pair(stride)
      && (stride == 1 || convolution.dilation == Pair(1))
  }

  /// Inputs of one tile each way, and rows of the transformed filter: m + 2 with stride 1, 2m + 1 with stride 2.
  package var size: Int { (outputs - 1) * stride + 3 }

  /// Different rows of the transformed filter; the rows after them repeat the last.
  package var filters: Int { outputs + 2 }

  /// Products per output of a direct convolution over those of this one: 2.25 for m = 2, 4 for m = 4; 1.44 with stride 2.
  package var saving: Double { Double(9 * outputs * outputs) / Double(size * size) }

  /// Aᵀ, m×size.
  package var sumMatrix: [[Double]] {
    (0..<outputs).map { row in
      points.map { power($0, row) } + [row == outputs - 1 ? 1 : 0] + unit(row, of: middles)
    }
  }

  /// G, size×3.
  package var filterMatrix: [[Double]] {
    let rows =
      points.enumerated().map { index, point in
        let norm = points.enumerated().reduce(1.0) { $1.offset == index ? $0 : $0 * (point - $1.element) }
        return (0..<taps).map { power(point, $0) / norm }
      } + [unit(taps - 1, of: taps)]
    return rows.map(spread) + (0..<middles).map { _ in [0, 1, 0] }
  }

  /// Bᵀ, size×size.
  package var inputMatrix: [[Double]] {
    let rows =
      points.indices.map { index in
        var others = points
        others.remove(at: index)
        return polynomial(roots: others) + [0]
      } + [polynomial(roots: points)]
    return rows.map(spread) + (0..<middles).map { unit(2 * $0 + 1, of: size) }
  }

  /// Taps that meet at the points.
  private var taps: Int { stride == 1 ? 3 : 2 }

  /// Outputs that the middle tap has products of its own for.
  private var middles: Int { stride == 1 ? 0 : outputs }

  /// The coefficients at the places of every tap, or of every other one.
  private func spread(_ coefficients: [Double]) -> [Double] {
    stride == 1 ? coefficients : Array(coefficients.map { [$0] }.joined(separator: [0]))
  }

  private func unit(_ index: Int, of count: Int) -> [Double] {
    (0..<count).map { $0 == index ? 1 : 0 }
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
