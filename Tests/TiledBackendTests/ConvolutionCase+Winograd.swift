import Backends
import Catalogue
import Tensors

extension ConvolutionCase {
  /// Convolutions that have Winograd algorithms, around every edge of theirs: tiles of 2×2 and 4×4 outputs, whole,
  /// broken and larger than the map; the phases of a dilation, with fewer pixels than phases; blocks of 16 channels and
  /// chains of 4 blocks; panels of 16, 32 and 64 outputs; groups of tiles; more tiles than are shared at once; borders
  /// wider than the windows need and none at all.
  static let winograd: [ConvolutionCase] = {
    var cases: [ConvolutionCase] = []
    for side in [1, 2, 3, 4, 5, 7, 8, 9] {
      cases.append(
        ConvolutionCase(channels: 5, outputs: 7, kernel: Pair(3), map: Pair(side, side + 2), padding: Pair(1))
      )
    }
    for channels in [1, 3, 15, 16, 17, 33, 64, 65, 130] {
      cases.append(
        ConvolutionCase(channels: channels, outputs: 9, kernel: Pair(3), map: Pair(6, 5), padding: Pair(1)))
    }
    for outputs in [1, 15, 16, 17, 31, 33, 63, 64, 65, 100] {
      cases.append(
        ConvolutionCase(channels: 18, outputs: outputs, kernel: Pair(3), map: Pair(7, 6), padding: Pair(1)))
    }
    for (padding, dilation) in [
      (Pair(0), Pair(1)), (Pair(2), Pair(1)), (Pair(0, 1), Pair(1)), (Pair(2, 0), Pair(1)),
      (Pair(2), Pair(2)), (Pair(0), Pair(2)), (Pair(4), Pair(4)), (Pair(6), Pair(6)),
      (Pair(1, 3), Pair(2, 3)),
      (Pair(3, 1), Pair(3, 1)), (Pair(0, 2), Pair(1, 4)), (Pair(5, 2), Pair(4, 2)),
    ] {
      cases.append(
        ConvolutionCase(
          batch: 2, channels: 19, outputs: 20, kernel: Pair(3), map: Pair(13, 14), padding: padding,
          dilation: dilation))
    }
    cases += [
      ConvolutionCase(
        channels: 16, outputs: 18, kernel: Pair(3), map: Pair(3, 4), padding: Pair(6), dilation: Pair(6)),
      ConvolutionCase(
        batch: 3, channels: 34, outputs: 33, kernel: Pair(3), map: Pair(9, 10), padding: Pair(1),
        hasNorm: true, relu: true),
      ConvolutionCase(
        channels: 32, outputs: 64, kernel: Pair(3), map: Pair(12, 12), padding: Pair(1), hasBias: false,
        hasNorm: true),
      ConvolutionCase(
        channels: 20, outputs: 40, kernel: Pair(3), map: Pair(12, 11), padding: Pair(2), dilation: Pair(2),
        hasBias: false, relu: true),
      ConvolutionCase(
        batch: 2, channels: 8, outputs: 24, kernel: Pair(3), map: Pair(53, 38), padding: Pair(1), relu: true),
      ConvolutionCase(channels: 3, outputs: 70, kernel: Pair(3), map: Pair(2, 90), padding: Pair(1)),
    ]
    return cases
  }()
}

extension ConvolutionCase {
  /// The case as the transform computes it: with its stride, and without a dilation where it takes none.
  func adapted(to transform: WinogradTransform) -> ConvolutionCase {
    var adapted = self
    adapted.stride = Pair(transform.stride)
    if transform.stride > 1 { adapted.dilation = Pair(1) }
    return adapted
  }
}

extension TestData {
  /// Thinly spread 1 and −1 in the input, and 576 and −576 in the weights: F(4×4) over (±1, ±2), whose filters are
  /// divided by 24², then computes in integers. About five products of non-zeros per tap keep every intermediate of
  /// the absolute-valued algorithm below 2²⁴ whatever the number of channels; a test asserts that it does.
  static func sparse(_ layer: Layer, seed: UInt64 = 1) -> TestData {
    let channels = layer.parameterShapes.weight.map { $0[1] } ?? 1
    let share = min(1, (5 / Double(channels)).squareRoot())
    // Of −range…range two numbers count.
    let range = UInt64(max(1, (1 / share - 0.5).rounded(.up)))
    func draw(_ shape: Shape, _ stream: UInt64, unit: Float) -> Tensor<Float> {
      Recipe(
        shape: shape, distribution: .integer(range: range), generator: Philox(key: seed, stream: stream)
      ).makeTensor().map { abs($0) == 1 ? $0 * unit : 0 }
    }
    let shapes = layer.parameterShapes
    return TestData(
      inputs: [draw(layer.inputShapes[0], 1, unit: 1)],
      parameters: Parameters(
        weight: shapes.weight.map { draw($0, 2, unit: 576) },
        bias: shapes.bias.map { draw($0, 3, unit: 12).values }))
  }
}
