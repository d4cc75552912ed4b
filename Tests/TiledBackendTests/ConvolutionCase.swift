import Backends
import Catalogue
import Tensors
import Testing

/// A convolution to test, small enough for the naive loops.
struct ConvolutionCase: CustomTestStringConvertible, Sendable {
  var batch = 1
  var channels: Int
  var outputs: Int
  var kernel: Pair
  var map: Pair
  var stride = Pair(1)
  var padding = Pair(0)
  var dilation = Pair(1)
  var groups = 1
  var hasBias = true
  var hasNorm = false
  var relu = false

  var testDescription: String {
    "\(batch)×\(channels)→\(outputs) kernel \(kernel) map \(map) stride \(stride) padding \(padding) "
      + "dilation \(dilation) groups \(groups)\(hasNorm ? " norm" : "")\(relu ? " relu" : "")"
  }

  func layer(deformable: Bool = false) throws -> Layer {
    let convolution = Convolution(
      stride: stride, padding: padding, dilation: dilation, groups: groups, relu: relu)
    let perChannel = try Shape([outputs])
    let parameters = ParameterShapes(
      weight: try Shape([outputs, channels / groups, kernel.vertical, kernel.horizontal]),
      bias: hasBias ? perChannel : nil, norm: hasNorm ? perChannel : nil)
    let input = try Shape([batch, channels, map.vertical, map.horizontal])
    guard deformable else {
      return try Layer(
        name: "test", operation: .conv2d(convolution), inputShapes: [input], parameterShapes: parameters)
    }
    let size = convolution.outputSize(input: map, kernel: kernel)
    let offset = try Shape([
      batch, 2 * kernel.vertical * kernel.horizontal, size.vertical, size.horizontal,
    ])
    return try Layer(
      name: "test", operation: .deformConv2d(convolution), inputShapes: [input, offset],
      parameterShapes: parameters)
  }

  /// Around every edge of the tiles: MR 4, 6, 8; NR 4, 8, 16, 32; blocks of 16 channels; KC of about 144 products; and
  /// each attribute unlike its usual value.
  static let all: [ConvolutionCase] = {
    var cases: [ConvolutionCase] = []
    for outputs in [1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64] {
      cases.append(
        ConvolutionCase(channels: 5, outputs: outputs, kernel: Pair(3), map: Pair(6, 7), padding: Pair(1)))
    }
    for channels in [1, 3, 15, 16, 17, 31, 32, 33, 143, 144, 145] {
      cases.append(ConvolutionCase(channels: channels, outputs: 9, kernel: Pair(1), map: Pair(5, 5)))
      cases.append(
        ConvolutionCase(channels: channels, outputs: 20, kernel: Pair(3), map: Pair(4, 5), padding: Pair(1)))
    }
    for width in [1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 127, 128, 129, 130] {
      cases.append(
        ConvolutionCase(
          channels: 3, outputs: 33, kernel: Pair(1, 3), map: Pair(1, width), padding: Pair(0, 1)))
    }
    // Several blocks of products in the narrow kernels: of equal length, and the last one shorter.
    for kernel in [Pair(3), Pair(2, 3)] {
      cases.append(ConvolutionCase(channels: 32, outputs: 4, kernel: kernel, map: Pair(5, 6)))
    }
    // Four, five, six and eight tiles of 4×4, as many as the packed kernels have rows, in one chain of products, in
    // equal ones, with the last one shorter, and in several passes over the channels.
    for (map, outputs) in [(Pair(8), 64), (Pair(4, 20), 64), (Pair(8, 12), 64), (Pair(8, 16), 32)] {
      for channels in [16, 80, 128, 560] {
        cases.append(
          ConvolutionCase(
            channels: channels, outputs: outputs, kernel: Pair(3), map: map, padding: Pair(1), relu: true))
      }
    }
    // Planes that the pixel kernels read where they lie, of whole tiles and of others, in one chain and in two; and ones
    // with zeros between their rows, in several tiles of a task.
    for (map, outputs) in [(Pair(8, 16), 40), (Pair(9, 11), 40), (Pair(9, 11), 12), (Pair(25, 40), 130)] {
      for channels in [20, 150] {
        cases.append(
          ConvolutionCase(
            batch: 2, channels: channels, outputs: outputs, kernel: Pair(1), map: map, hasNorm: true,
            relu: true))
      }
    }
    cases.append(
      ConvolutionCase(
        channels: 3, outputs: 6, kernel: Pair(3), map: Pair(70, 37), padding: Pair(1), relu: true))
    // Tasks whose rows are zeros alone, above the map and below it.
    cases.append(
      ConvolutionCase(channels: 20, outputs: 12, kernel: Pair(1), map: Pair(3, 130), padding: Pair(3)))
    // As many pixels as each of the packed kernels has rows, in several passes over the products.
    for (width, outputs) in [(4, 64), (5, 64), (6, 64), (8, 32)] {
      cases.append(
        ConvolutionCase(
          channels: 80, outputs: outputs, kernel: Pair(3), map: Pair(1, width), padding: Pair(1)))
    }
    cases += [
      ConvolutionCase(
        batch: 2, channels: 18, outputs: 34, kernel: Pair(3), map: Pair(7, 5), stride: Pair(2, 1),
        padding: Pair(1, 2), dilation: Pair(1, 2), hasNorm: true, relu: true),
      ConvolutionCase(batch: 3, channels: 4, outputs: 6, kernel: Pair(1), map: Pair(3, 3), groups: 2),
      ConvolutionCase(
        batch: 2, channels: 34, outputs: 68, kernel: Pair(3), map: Pair(5, 6), padding: Pair(1), groups: 2),
      ConvolutionCase(
        channels: 8, outputs: 8, kernel: Pair(3), map: Pair(6, 6), padding: Pair(1), groups: 8, hasNorm: true),
      ConvolutionCase(
        channels: 16, outputs: 20, kernel: Pair(3), map: Pair(20, 20), padding: Pair(6), dilation: Pair(6),
        relu: true),
      ConvolutionCase(channels: 6, outputs: 7, kernel: Pair(1, 5), map: Pair(4, 9), padding: Pair(0, 2)),
      ConvolutionCase(channels: 6, outputs: 7, kernel: Pair(5, 1), map: Pair(9, 4), padding: Pair(2, 0)),
      ConvolutionCase(
        channels: 3, outputs: 64, kernel: Pair(7), map: Pair(23, 22), stride: Pair(2), padding: Pair(3)),
      ConvolutionCase(channels: 20, outputs: 40, kernel: Pair(4, 3), map: Pair(4, 3), hasBias: false),
      ConvolutionCase(channels: 5, outputs: 5, kernel: Pair(2), map: Pair(9, 9), stride: Pair(3, 2)),
      // So few pixels to so many weights that the samples of a deformable one are gathered for all threads first.
      ConvolutionCase(
        channels: 40, outputs: 128, kernel: Pair(3), map: Pair(3, 4), padding: Pair(1), relu: true),
      ConvolutionCase(channels: 5, outputs: 128, kernel: Pair(3), map: Pair(2, 3), padding: Pair(1)),
    ]
    return cases
  }()
}

/// Tensors for a layer, drawn from numbered streams.
struct TestData {
  let inputs: [Tensor<Float>]
  let parameters: Parameters<Float>

  init(inputs: [Tensor<Float>], parameters: Parameters<Float>) {
    self.inputs = inputs
    self.parameters = parameters
  }

  /// - Parameter whole: small integers, so that float32 sums are exact in any order; else uniform values.
  init(_ layer: Layer, whole: Bool, seed: UInt64 = 1, offsetScale: Float = 2) {
    var stream: UInt64 = 0
    func draw(_ shape: Shape, scale: Float = 1, range: UInt64 = 4) -> Tensor<Float> {
      stream += 1
      return Recipe(
        shape: shape, distribution: whole ? .integer(range: range) : .uniform(scale: scale),
        generator: Philox(key: seed, stream: stream)
      ).makeTensor()
    }
    inputs = layer.inputNames.enumerated().map { index, name in
      draw(layer.inputShapes[index], scale: name == "offset" ? offsetScale : 1)
    }
    let shapes = layer.parameterShapes
    parameters = Parameters(
      weight: shapes.weight.map { draw($0) }, bias: shapes.bias.map { draw($0).values },
      norm: shapes.norm.map { shape in
        // Whole data needs a norm that scales exactly: √(4 − ε + ε) = 2.
        let deviations = draw(shape).values.map { whole ? Float(4) : abs($0) + 0.25 }
        return .init(
          weight: draw(shape).values.map { whole ? 2 * $0 : $0 }, bias: draw(shape).values,
          runningMean: draw(shape).values, runningVariance: deviations)
      })
  }
}
