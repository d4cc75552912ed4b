import Backends
import Catalogue
import Tensors

/// A check of a whole linear layer that needs no truth: its output channels, added up with random signs r, must equal
/// one convolution with the filters added up likewise (Freivalds, *Probabilistic Machines Can Use Less Running Time*,
/// IFIP 1977): Σ_o r_o·Y_o = (Σ_o r_o·W_o) ∗ x + Σ_o r_o·b_o, at every pixel.
///
/// The right side costs as much as two output channels of the layer. A single wrong element always disturbs its
/// pixel's sum by its whole error; several wrong ones at a pixel cancel for at most half of all signs.
package enum Freivalds {
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

  /// Holds the output of a convolution, plain or deformable, with or without norm, against its input.
  ///
  /// Tolerance of a pixel: every Ŷ_o is within γ_h·M_o + (1 + γ_h)·D_o + U of Y_o (M the magnitude, D what rounded
  /// sampling positions can move, U underflow: see `Analysis.linear`), and |r_o| = 1, so the left side is within the
  /// sum of these over o. All of Σ_o M_o and Σ_o D_o are convolutions themselves, with Σ_o |s_o·W_o|; of a Winograd plan's
  /// terms, which are larger than the products, Σ_o M_o is a Winograd convolution with Σ_o |s_o·U_o|. Both sides are
  /// float64 sums: a term passes the sum over O channels, that over the C·kh·kw products, and at most 32 roundings
  /// of norm, sampling and bias, once on each side.
  ///
  /// - Parameters:
  ///   - model: what the plan that computed `output` declares.
  ///   - seed: of the signs and of the chosen rows.
  ///   - rows: how many rows of the output are compared, drawn at random with repetition; nil compares all.
  /// - Returns: `mistrusted` for other kinds, and for a ReLU, behind which sums can't be added up: check the layer
  ///   planned without it.
  /// - Complexity: O(pixels of the rows × C·kh·kw), on all processors.
  package static func check(
    layer: Layer, model: ErrorModel, inputs: [Tensor<Float>], parameters: Parameters<Float>,
    output: Tensor<Float>, seed: UInt64 = 0, rows: Int? = nil
  ) -> Verdict {
    guard let side = ProjectedLayer(layer, model, inputs, parameters, seed: seed) else {
      return Verdict(
        status: .mistrusted, pixels: 0, maxDifference: 0, maxRatio: 0,
        message: "Layer \(layer.name) is not linear: its outputs can't be added up.")
    }
    guard output.shape == layer.outputShape else {
      return Verdict(
        status: .failed, pixels: 0, maxDifference: .infinity, maxRatio: .infinity,
        message: "The output has shape \(output.shape), not \(layer.outputShape).")
    }
    let chosen = chosenRows(rows, of: layer.outputShape[0] * layer.outputShape[2], seed: seed)
    let worst = Parallel.map(chosen.count) { side.compare(row: chosen[$0], of: output) }
    return verdict(worst, pixels: chosen.count * layer.outputShape[3])
  }

  private static func chosenRows(_ count: Int?, of all: Int, seed: UInt64) -> [Int] {
    guard let count else { return Array(0..<all) }
    var rows: Set<Int> = []
    Philox(key: seed, stream: 1).forEachWord(count: count) { rows.insert(Int($1) % all) }
    return rows.sorted()
  }

  private static func verdict(_ rows: [RowComparison], pixels: Int) -> Verdict {
    let difference = rows.map(\.difference).max() ?? 0
    let ratio = rows.map(\.ratio).max() ?? 0
    let status: Status = pixels == 0 ? .mistrusted : ratio <= 1 ? .passed : .failed
    return Verdict(
      status: status, pixels: pixels, maxDifference: difference, maxRatio: ratio,
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
