import Backends
import Catalogue
import Tensors

/// A check of a whole linear layer that needs no truth: its output channels, added up with random signs r, must equal
/// one convolution with the filters added up likewise (Freivalds, *Probabilistic Machines Can Use Less Running Time*,
/// IFIP 1977): Σ_o r_o·Y_o = (Σ_o r_o·W_o) ∗ x + Σ_o r_o·b_o, at every pixel.
///
/// The right side is worked out once and serves every implementation; it costs as much as two output channels of the
/// layer. A single wrong element always disturbs its pixel's sum by its whole error; several wrong ones at a pixel
/// cancel for at most half of all signs.
package struct Freivalds: Sendable {
  /// What a check found.
  package struct Verdict: Sendable {
    /// passed, failed, or mistrusted where nothing can be compared.
    package let status: Status
    /// How many pixels were compared, each over all output channels.
    package let pixels: Int
    /// The largest |difference| of the two sides, and the largest |difference| / tolerance.
    package let maxDifference: Double
    package let maxRatio: Double
    package let message: String
  }

  private let layer: Layer
  private let side: ProjectedLayer
  private let rows: [ProjectedRow]

  /// Works out the right side.
  ///
  /// - Parameters:
  ///   - seed: of the signs and of the chosen rows.
  ///   - rows: how many rows of the output are compared, drawn at random with repetition; nil compares all.
  /// - Returns: nil for kinds that are not linear.
  /// - Complexity: O(weights + pixels of the rows × C·kh·kw), on all processors. A deformable convolution adds
  ///   its channels up before it samples, O(input × kh·kw), whatever the rows.
  package init?(
    layer: Layer, inputs: [Tensor<Float>], parameters: Parameters<Float>, seed: UInt64 = 0, rows: Int? = nil
  ) {
    guard let side = ProjectedLayer(layer, inputs, parameters, seed: seed) else { return nil }
    self.layer = layer
    self.side = side
    let chosen = Self.chosenRows(rows, of: layer.outputShape[0] * layer.outputShape[2], seed: seed)
    self.rows =
      layer.kind == .deformConv2d
      ? side.sampledRows(chosen, input: inputs[0], offset: inputs[1])
      : Parallel.map(chosen.count) { side.row(chosen[$0], of: inputs[0]) }
  }

  /// Holds an output against the right side.
  ///
  /// Tolerance of a pixel: every Ŷ_o is within b_o = γ_h·M_o + (1 + γ_h)·D_o + U of Y_o (M the magnitude, D what
  /// rounded sampling positions can move, U underflow: see `Analysis.linear`), and |r_o| = 1, so the left side is
  /// within Σ_o b_o. As the signs are independent of the errors, it is also within √(2·ln(2/δ)·Σ_o b_o²) but for
  /// probability δ = 10⁻¹² (Hoeffding 1963, theorem 2, as for ``Projections``); the smaller of the two counts. Σ_o M_o
  /// and Σ_o D_o are convolutions themselves, with Σ_o |s_o·W_o|. Their squares are not; but Σ_o M_o² ≤
  /// P·Σ_o M_o, P ≥ max_o M_o being the convolution of |x| with max_o |s_o·W_o|, Σ_o D_o² ≤ (Σ_o D_o)², and roots
  /// of sums of squares add up (Minkowski). Both sides are float64 sums: a term passes the sum over O channels, that
  /// over the C·kh·kw products, and at most 32 roundings of norm, sampling and bias, once on each side.
  ///
  /// What a ReLU clipped can't be added up. `unclipped`, the same layer computed without ReLU by any implementation,
  /// stands in for it: with ŷ the output and ẑ this, v = ŷ where ŷ > 0, and min(ẑ, 0) where ŷ = 0, is within the
  /// wider bound b of the two of the unclipped truth Z wherever both are right. (ŷ > 0 is what ReLU was given. Where
  /// ŷ = 0, ReLU was given at most 0, so Z ≤ b; if ẑ ≤ 0, v = ẑ; else Z ≥ −b and v = 0.) And if ŷ is wrong,
  /// |ŷ − max(Z, 0)| > b, so is v by at least as much, as ẑ only counts where it is negative: nothing that the sums of
  /// an unclipped layer tell is hidden.
  ///
  /// - Parameters:
  ///   - model: what the plan that computed `output` declares.
  ///   - unclipped: needed where the layer ends with a ReLU; one that passes ``check(unclipped:)``.
  /// - Returns: `mistrusted` for a ReLU without `unclipped`.
  /// - Complexity: O(output).
  package func check(
    _ output: Tensor<Float>, model: ErrorModel, unclipped: UnclippedOutput? = nil
  ) -> Verdict {
    guard side.relu else { return verdict(output, tolerances: [side.tolerance(of: model)]) }
    guard let unclipped else {
      return .without(
        comparison: .mistrusted, "Layer \(layer.name) ends with a ReLU: what it clipped can't be added up.")
    }
    return verdict(
      output, completion: unclipped.values,
      tolerances: [side.tolerance(of: model), side.tolerance(of: unclipped.model)])
  }

  /// Holds what the layer gives without its ReLU against the right side.
  package func check(unclipped: UnclippedOutput) -> Verdict {
    verdict(unclipped.values, tolerances: [side.tolerance(of: unclipped.model)])
  }

  private func verdict(
    _ output: Tensor<Float>, completion: Tensor<Float>? = nil, tolerances: [ProjectedTolerance]
  ) -> Verdict {
    for shape in [output.shape, completion?.shape ?? layer.outputShape] where shape != layer.outputShape {
      return .without(comparison: .failed, "The output has shape \(shape), not \(layer.outputShape).")
    }
    let worst = Parallel.map(rows.count) {
      side.compare(rows[$0], with: output, completion: completion, tolerances)
    }
    return Verdict(worst, pixels: rows.count * layer.outputShape[3])
  }

  private static func chosenRows(_ count: Int?, of all: Int, seed: UInt64) -> [Int] {
    guard let count else { return Array(0..<all) }
    var rows: Set<Int> = []
    Philox(key: seed, stream: 1).forEachWord(count: count) { rows.insert(Int($1) % all) }
    return rows.sorted()
  }
}

/// What a layer gives without its ReLU, and the arithmetic that made it.
package struct UnclippedOutput: Sendable {
  let values: Tensor<Float>
  let model: ErrorModel

  package init(_ values: Tensor<Float>, model: ErrorModel) {
    self.values = values
    self.model = model
  }
}

extension Freivalds.Verdict {
  fileprivate static func without(comparison status: Status, _ message: String) -> Freivalds.Verdict {
    let difference = status == .failed ? Double.infinity : 0
    return Freivalds.Verdict(
      status: status, pixels: 0, maxDifference: difference, maxRatio: difference, message: message)
  }

  fileprivate init(_ rows: [RowComparison], pixels: Int) {
    let difference = rows.map(\.difference).max() ?? 0
    let ratio = rows.map(\.ratio).max() ?? 0
    self.init(
      status: pixels == 0 ? .mistrusted : ratio <= 1 ? .passed : .failed, pixels: pixels,
      maxDifference: difference, maxRatio: ratio,
      message: """
        Over \(pixels) pixels the sums of all channels differ from one convolution's by \(difference) at most, \
        \(ratio) of what rounding allows.
        """)
  }
}

/// The largest difference in one row of the output; infinite where the output is not finite.
struct RowComparison: Sendable {
  var difference = 0.0
  var ratio = 0.0

  mutating func add(difference: Double, tolerance: Double) {
    let isFinite = difference.isFinite
    self.difference = max(self.difference, isFinite ? difference : .infinity)
    if difference != 0 || !isFinite {
      ratio = max(ratio, isFinite && tolerance > 0 ? difference / tolerance : .infinity)
    }
  }
}
