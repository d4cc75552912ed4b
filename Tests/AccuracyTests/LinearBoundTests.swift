import Accuracy
import Backends
import Catalogue
import Tensors
import Testing

/// Data that a sum can be given.
enum Data: String, CaseIterable, Sendable {
  case uniform, positive, spread, cancelling, large, small

  func values(_ count: Int, stream: UInt64) -> [Float] {
    switch self {
    case .uniform: random(count, stream: stream)
    case .positive: random(count, stream: stream).map { abs($0) + 0.5 }
    case .spread: AccuracyTests.spread(count, stream: stream)
    case .cancelling: random(count, stream: stream).enumerated().map { ($0 % 2 == 0 ? 1 : -1) + 1e-6 * $1 }
    case .large: random(count, scale: 1e12, stream: stream)
    case .small: random(count, scale: 1e-17, stream: stream)
    }
  }
}

/// A convolution in float32 as a naive loop.
struct NaiveConvolution {
  let layer: Layer
  let convolution: Convolution
  let inputs: [Tensor<Float>]
  let parameters: Parameters<Float>

  /// The greatest number of roundings: the product, K − 1 additions, bias, and for the norm mean, scale (four) and
  /// shift; interpolation takes up to six more.
  var model: ErrorModel { ErrorModel(height: layer.reductionLength + 14) }

  init(_ data: Data, deformable: Bool) throws {
    convolution = Convolution(
      stride: Pair(2, 1), padding: Pair(1, 2), dilation: Pair(1, 2), groups: deformable ? 1 : 2, relu: true)
    let map = Shape(trusted: [2, 8, 7, 9])
    let weight = Shape(trusted: [6, deformable ? 8 : 4, 3, 3])
    let size = convolution.outputSize(input: Pair(7, 9), kernel: Pair(3))
    let offset = Shape(trusted: [2, 18, size.vertical, size.horizontal])
    let norm = Shape(trusted: [6])
    layer = try Layer(
      name: "naive", operation: deformable ? .deformConv2d(convolution) : .conv2d(convolution),
      inputShapes: deformable ? [map, offset] : [map],
      parameterShapes: ParameterShapes(weight: weight, bias: norm, norm: norm))
    let image = Tensor(map, values: data.values(map.count, stream: 3))
    let offsets = Tensor(offset, values: Self.offsets(offset.count))
    inputs = deformable ? [image, offsets] : [image]
    parameters = Parameters(
      weight: Tensor(weight, values: data.values(weight.count, stream: 5)), bias: random(6, stream: 7),
      norm: .init(
        weight: random(6, scale: 2, stream: 8), bias: random(6, stream: 9),
        runningMean: random(6, stream: 10),
        runningVariance: random(6, stream: 11).map { abs($0) + 0.1 }))
  }

  /// A third anywhere within ±3, a third on lattice lines, a third a hair beside them.
  private static func offsets(_ count: Int) -> [Float] {
    random(count, scale: 3, stream: 4).enumerated().map { index, value in
      switch index % 3 {
      case 0: value
      case 1: value.rounded()
      default: value.rounded() + (index % 2 == 0 ? 0x1p-22 : -0x1p-22)
      }
    }
  }

  func output() -> [Float] {
    (0..<layer.outputShape.count).map { flat in
      let index = layer.outputShape.index(ofFlat: flat)
      return finished(sum(image: index[0], channel: index[1], row: index[2], column: index[3]), index[1])
    }
  }

  private func sum(image: Int, channel: Int, row: Int, column: Int) -> Float {
    guard let weight = parameters.weight else { return 0 }
    let channels = weight.shape[1]
    let first = channel / (weight.shape[0] / convolution.groups) * channels
    var sum: Float = 0
    for source in 0..<channels {
      for tap in 0..<9 {
        let y =
          row * convolution.stride.vertical - convolution.padding.vertical + tap / 3
          * convolution.dilation.vertical
        let x =
          column * convolution.stride.horizontal - convolution.padding.horizontal
          + tap % 3 * convolution.dilation.horizontal
        let plane = image * inputs[0].shape[1] + first + source
        sum +=
          weight.values[(channel * channels + source) * 9 + tap]
          * sample(plane, y, x, image, tap, row, column)
      }
    }
    return sum
  }

  private func pixel(_ plane: Int, _ y: Int, _ x: Int) -> Float {
    guard y >= 0, y < 7, x >= 0, x < 9 else { return 0 }
    return inputs[0].values[(plane * 7 + y) * 9 + x]
  }

  private func sample(_ plane: Int, _ y: Int, _ x: Int, _ image: Int, _ tap: Int, _ row: Int, _ column: Int)
    -> Float
  {
    guard inputs.count == 2 else { return pixel(plane, y, x) }
    let shape = inputs[1].shape
    let flat = ((image * 18 + 2 * tap) * shape[2] + row) * shape[3] + column
    let (v, h) = (Float(y) + inputs[1].values[flat], Float(x) + inputs[1].values[flat + shape[2] * shape[3]])
    guard v > -1, v < 7, h > -1, h < 9 else { return 0 }
    let (top, left) = (v.rounded(.down), h.rounded(.down))
    let (below, right) = (v - top, h - left)
    let (i, j) = (Int(top), Int(left))
    return (1 - below) * (1 - right) * pixel(plane, i, j) + (1 - below) * right * pixel(plane, i, j + 1)
      + below * (1 - right) * pixel(plane, i + 1, j) + below * right * pixel(plane, i + 1, j + 1)
  }

  private func finished(_ sum: Float, _ channel: Int) -> Float {
    guard let bias = parameters.bias, let norm = parameters.norm else { return sum }
    let scale =
      norm.weight[channel] / (norm.runningVariance[channel] + Float(convolution.normEpsilon)).squareRoot()
    return max(0, (sum + bias[channel] - norm.runningMean[channel]) * scale + norm.bias[channel])
  }

  /// Truth and bounds from the inputs alone.
  func judge(_ output: [Float], model: ErrorModel? = nil) throws -> Verdict {
    let sample = try #require(
      DirectSample.evaluate(layer: layer, inputs: inputs, parameters: parameters, indices: nil))
    let truth = sample.truth(shape: layer.outputShape, indices: nil)
    let bounds = ErrorBounds.evaluate(
      layer: layer, model: model ?? self.model, inputs: inputs, parameters: parameters, truth: truth)
    #expect(zip(bounds.probabilistic, bounds.guaranteed).allSatisfy { $0 <= $1 })
    return Comparison.judge(
      layer: layer, output: Tensor(layer.outputShape, values: output), truth: truth, bounds: bounds,
      exact: false)
  }
}

@Suite struct LinearBoundTests {
  @Test(arguments: Data.allCases, [false, true])
  func `a naive sum stays within its bound, and the bound is near`(data: Data, deformable: Bool) throws {
    let naive = try NaiveConvolution(data, deformable: deformable)
    let verdict = try naive.judge(naive.output())
    #expect(verdict.status.isGood, "\(verdict.message)")
    // Errors of n roundings grow like √n·u where the bound grows like n·u; the rest is for the norm's share.
    #expect(verdict.maxRatio > 1e-3, "the bound is vacuous: \(verdict.maxRatio)")
  }

  @Test(arguments: [false, true])
  func `one product left out is seen`(deformable: Bool) throws {
    let naive = try NaiveConvolution(.uniform, deformable: deformable)
    var weight = try #require(naive.parameters.weight)
    weight.values[10] = 0
    #expect(try naive.judge(naive.replacingWeight(weight).output()).status == .failed)
  }

  @Test(arguments: [false, true])
  func `elements alone are the elements of the whole`(deformable: Bool) throws {
    let naive = try NaiveConvolution(.uniform, deformable: deformable)
    let indices = [0, 17, 16, 401, 100, 100]
    let some = try #require(
      DirectSample.evaluate(
        layer: naive.layer, inputs: naive.inputs, parameters: naive.parameters, indices: indices))
    let all = try #require(
      DirectSample.evaluate(
        layer: naive.layer, inputs: naive.inputs, parameters: naive.parameters, indices: nil))
    #expect(some.values == indices.map { all.values[$0] })
    #expect(some.magnitudes == indices.map { all.magnitudes[$0] })
    #expect(some.displacements == indices.map { all.displacements[$0] })
    #expect(deformable == all.displacements.contains { $0 > 0 })
  }

  /// Positions 300 pixels out on a map of one huge step: only the position's rounding makes the error.
  @Test(arguments: [ErrorModel.Coordinates.roundedSum, .splitInteger])
  func `a rounded position is paid for by the slope`(coordinates: ErrorModel.Coordinates) throws {
    let map = Shape(trusted: [1, 1, 1, 1024])
    let offset = Shape(trusted: [1, 2, 1, 1024])
    let layer = try Layer(
      name: "step", operation: .deformConv2d(Convolution()), inputShapes: [map, offset],
      parameterShapes: ParameterShapes(weight: Shape(trusted: [1, 1, 1, 1])))
    let image = Tensor(map, values: (0..<1024).map { Float($0 % 2) * 1000 })
    var offsets = Tensor<Float>(offset, repeating: 0)
    for x in 0..<1024 { offsets.values[1024 + x] = 0.1 }
    let parameters = Parameters<Float>(weight: Tensor(Shape(trusted: [1, 1, 1, 1]), repeating: 1))
    let sample = try #require(
      DirectSample.evaluate(layer: layer, inputs: [image, offsets], parameters: parameters, indices: nil))
    let output = (0..<1024).map { x -> Float in
      let position = coordinates == .roundedSum ? Float(x) + 0.1 - Float(x) : 0.1
      let left = image.values[x]
      let right = x < 1023 ? image.values[x + 1] : 0
      return (1 - position) * left + position * right
    }
    let truth = sample.truth(shape: map, indices: nil)
    func status(_ model: ErrorModel) -> Status {
      let bounds = ErrorBounds.evaluate(
        layer: layer, model: model, inputs: [image, offsets], parameters: parameters, truth: truth)
      return Comparison.judge(
        layer: layer, output: Tensor(map, values: output), truth: truth, bounds: bounds, exact: false
      ).status
    }
    #expect(status(ErrorModel(height: 6, coordinates: coordinates)).isGood)
    if coordinates == .roundedSum {
      #expect(status(ErrorModel(height: 6, coordinates: .splitInteger)) == .failed)
    }
  }
}

extension NaiveConvolution {
  /// The same layer with other weights.
  func replacingWeight(_ weight: Tensor<Float>) -> NaiveConvolution {
    var parameters = parameters
    parameters.weight = weight
    return NaiveConvolution(layer: layer, convolution: convolution, inputs: inputs, parameters: parameters)
  }

  private init(layer: Layer, convolution: Convolution, inputs: [Tensor<Float>], parameters: Parameters<Float>)
  {
    self.layer = layer
    self.convolution = convolution
    self.inputs = inputs
    self.parameters = parameters
  }
}
