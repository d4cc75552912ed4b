import Backends
import Catalogue
import Tensors

/// Data for which a Winograd bound is within reach. The bound counts every term of the absolute-valued algorithm, but
/// an output's error can come near it only where the terms are there and none cancels: so filters vanish at all points
/// but those that one output of a tile needs, and inputs have the signs with which all terms at these points add up.
///
/// F(4×4), points 0, ±a, ±b, ∞, per dimension: the filter x² − a² vanishes at ±a, the second output has no part of 0
/// and ∞, and with d₂ = d₄ = 0 its parts at b and −b, b·(d₃ − a²·d₁)/(2b²) each, are sums of terms of one sign if d₁ and
/// d₃ have different ones. F(2×2): x² − 1 vanishes at ±1, and the first output is left with d₂ − d₀; so it is with
/// stride 2, where d₁ and d₃ are the middle tap's.
///
/// The adversary's values then go along the channels, whose products are added up at the points.
struct WinogradAdversary: Sendable {
  let transform: WinogradTransform

  /// The filter, in both dimensions.
  private var taps: [Float] { [-Float(inner * inner), 0, 1] }

  private var inner: Double { transform.points.first { $0 > 0 } ?? 1 }
  private var outer: Double { transform.points.last.map { abs($0) } ?? 1 }

  /// What makes the first channel's product at the point just over 1, so that adding less than 2⁻²⁴ to it rounds to it,
  /// and loses the most that can be lost.
  private var scale: Float {
    let product = transform.outputs == 2 ? 2 : (1 + inner * inner) / (2 * outer)
    return Float((1 + 0x1p-10) / (product * product))
  }

  /// The input's sign at a place along one axis, for a convolution without padding.
  private func sign(_ place: Int) -> Float {
    if transform.outputs == 2 { return place % 2 == 0 ? (place % 4 == 0 ? 1 : -1) : 0 }
    return place % 4 == 1 ? -1 : place % 4 == 3 ? 1 : 0
  }

  func input(_ shape: Shape, _ adversary: Adversary, stream: UInt64) -> Tensor<Float> {
    let values = adversary.tensor(shape, stream: stream).values.enumerated().map { flat, value in
      let index = shape.index(ofFlat: flat)
      return value * scale * sign(index[2]) * sign(index[3])
    }
    return Tensor(shape, values: values)
  }

  func weights(_ shape: Shape, _ adversary: Adversary, stream: UInt64) -> Tensor<Float> {
    // One value for the nine taps of a channel, or the filter would not vanish where it should.
    let perFilter = adversary.weights(Shape(trusted: [shape[0], shape[1]]), stream: stream).values
    return Tensor(
      shape,
      values: (0..<shape.count).map { flat in
        let tap = flat % 9
        return perFilter[flat / 9] * taps[tap / 3] * taps[tap % 3]
      })
  }
}
