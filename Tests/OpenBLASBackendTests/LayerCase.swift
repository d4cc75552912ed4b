import Catalogue
import Tensors
import Testing

/// A small convolution, and data for it.
struct LayerCase: Sendable, CustomTestStringConvertible {
  var title: String
  var convolution = Convolution()
  var input: [Int]
  var weight: [Int]
  var bias = false
  var norm = false
  /// The offsets of a deformable convolution: none makes it a plain one.
  var offsets: Offsets?

  /// Where the offsets of a deformable convolution point.
  enum Offsets: Sendable {
    case zero
    /// Whole numbers within ±3: every sample on the lattice.
    case lattice
    /// Fractions of 2⁻¹² within ±3, so that base + offset is exact in Double.
    case fractions
    /// Fractions within ±100: most samples outside.
    case far
  }

  var testDescription: String { title }

  func layer() throws -> Layer {
    let kernel = Pair(weight[2], weight[3])
    let size = convolution.outputSize(input: Pair(input[2], input[3]), kernel: kernel)
    let channels = try Shape([weight[0]])
    var shapes = [try Shape(input)]
    if offsets != nil {
      shapes.append(try Shape([input[0], 2 * weight[2] * weight[3], size.vertical, size.horizontal]))
    }
    return try Layer(
      name: "case", operation: offsets == nil ? .conv2d(convolution) : .deformConv2d(convolution),
      inputShapes: shapes,
      parameterShapes: ParameterShapes(
        weight: Shape(weight), bias: bias ? channels : nil, norm: norm ? channels : nil))
  }

  /// Uniform data in ±1, or integers in ±`integers`.
  func data(
    integers: UInt64? = nil
  ) throws -> (layer: Layer, inputs: [Tensor<Float>], parameters: Parameters<Float>) {
    let layer = try layer()
    func tensor(_ shape: Shape, _ stream: UInt64) -> Tensor<Float> {
      Recipe(
        shape: shape, distribution: integers.map { .integer(range: $0) } ?? .uniform(scale: 1),
        generator: Philox(key: 0x7E57, stream: stream)
      ).makeTensor()
    }
    let channels = try Shape([weight[0]])
    func vector(_ stream: UInt64) -> [Float] { tensor(channels, stream).values }
    let parameters = Parameters<Float>(
      weight: tensor(try Shape(weight), 1), bias: bias ? vector(2) : nil,
      norm: norm
        ? .init(
          weight: vector(3), bias: vector(4), runningMean: vector(5),
          runningVariance: vector(6).map { abs($0) + 0.5 })
        : nil)
    return (layer, [tensor(layer.inputShapes[0], 0)] + offsetTensor(layer), parameters)
  }

  private func offsetTensor(_ layer: Layer) -> [Tensor<Float>] {
    guard let offsets else { return [] }
    func integers(_ range: UInt64, by divisor: Float) -> [Tensor<Float>] {
      let recipe = Recipe(
        shape: layer.inputShapes[1], distribution: .integer(range: range),
        generator: Philox(key: 0x7E57, stream: 7))
      return [recipe.makeTensor().map { $0 / divisor }]
    }
    return switch offsets {
    case .zero: integers(0, by: 1)
    case .lattice: integers(3, by: 1)
    case .fractions: integers(3 << 12, by: 4096)
    case .far: integers(100 << 12, by: 4096)
    }
  }

  static let convolutions: [LayerCase] = [
    .init(title: "1×1", input: [1, 19, 7, 9], weight: [11, 19, 1, 1]),
    .init(title: "1×1, batch of 2, bias", input: [2, 5, 6, 7], weight: [9, 5, 1, 1], bias: true),
    .init(
      title: "1×1 in groups", convolution: .init(groups: 2, relu: true), input: [2, 6, 5, 5],
      weight: [8, 3, 1, 1]),
    .init(
      title: "1×1, stride 2", convolution: .init(stride: Pair(2)), input: [1, 4, 7, 8],
      weight: [3, 4, 1, 1]),
    .init(
      title: "1×1, padding 1", convolution: .init(padding: Pair(1)), input: [1, 4, 3, 5],
      weight: [3, 4, 1, 1]),
    .init(
      title: "3×3, padding 1, ReLU", convolution: .init(padding: Pair(1), relu: true),
      input: [1, 13, 10, 10], weight: [17, 13, 3, 3], bias: true),
    .init(
      title: "3×3, stride 2, norm", convolution: .init(stride: Pair(2), padding: Pair(1), relu: true),
      input: [2, 8, 9, 12], weight: [16, 8, 3, 3], norm: true),
    .init(
      title: "3×3, stride 3×2, bias and norm", convolution: .init(stride: Pair(3, 2), padding: Pair(1, 2)),
      input: [1, 3, 11, 10], weight: [5, 3, 3, 3], bias: true, norm: true),
    .init(
      title: "3×3, dilation 6, padding 6", convolution: .init(padding: Pair(6), dilation: Pair(6)),
      input: [1, 6, 10, 10], weight: [7, 6, 3, 3], bias: true),
    .init(
      title: "dilation 2×3, no padding", convolution: .init(dilation: Pair(2, 3)), input: [1, 2, 9, 12],
      weight: [3, 2, 3, 3]),
    .init(
      title: "1×5", convolution: .init(padding: Pair(0, 2)), input: [1, 4, 6, 9], weight: [5, 4, 1, 5]),
    .init(
      title: "5×1", convolution: .init(padding: Pair(2, 0)), input: [2, 4, 9, 6], weight: [5, 4, 5, 1]),
    .init(
      title: "even kernel 2×4", convolution: .init(stride: Pair(2), padding: Pair(1)), input: [1, 3, 8, 9],
      weight: [4, 3, 2, 4]),
    .init(
      title: "depthwise", convolution: .init(padding: Pair(1), groups: 6), input: [2, 6, 7, 7],
      weight: [6, 1, 3, 3], norm: true),
    .init(
      title: "groups with more filters", convolution: .init(stride: Pair(2), padding: Pair(1), groups: 3),
      input: [1, 6, 7, 8], weight: [9, 2, 3, 3], bias: true),
    .init(
      title: "padding wider than the map", convolution: .init(padding: Pair(5)), input: [1, 2, 2, 3],
      weight: [3, 2, 3, 3]),
    .init(
      title: "a stride that leaps over the map", convolution: .init(stride: Pair(7), padding: Pair(4)),
      input: [1, 2, 3, 3], weight: [2, 2, 3, 3]),
    .init(title: "one output pixel", input: [1, 40, 3, 3], weight: [30, 40, 3, 3], bias: true),
  ]

  static let deformables: [LayerCase] = [
    .init(
      title: "no offset", convolution: .init(padding: Pair(1)), input: [1, 9, 6, 7], weight: [5, 9, 3, 3],
      offsets: .zero),
    .init(
      title: "on the lattice", convolution: .init(padding: Pair(2), dilation: Pair(2)), input: [1, 9, 8, 7],
      weight: [5, 9, 3, 3], offsets: .lattice),
    .init(
      title: "fractions, batch of 2, norm", convolution: .init(padding: Pair(1), relu: true),
      input: [2, 7, 8, 9], weight: [6, 7, 3, 3], norm: true, offsets: .fractions),
    .init(
      title: "fractions, stride 2×1, bias", convolution: .init(stride: Pair(2, 1), padding: Pair(1, 0)),
      input: [1, 5, 9, 8], weight: [4, 5, 3, 2], bias: true, offsets: .fractions),
    .init(
      title: "far outside", convolution: .init(padding: Pair(5), dilation: Pair(5)), input: [1, 4, 10, 10],
      weight: [6, 4, 3, 3], offsets: .far),
    .init(title: "a map of one pixel", input: [1, 3, 1, 1], weight: [2, 3, 1, 1], offsets: .fractions),
  ]
}
