import Catalogue
import ReferenceBackend
import Tensors
import Testing

/// A layer whose float32 result is held against float64 within what its error model allows.
struct PrecisionCase: Sendable, CustomTestStringConvertible {
  /// What the error is relative to.
  enum Yardstick: Sendable {
    /// The formula on absolute values: the sum of the terms' magnitudes.
    case magnitude
    /// The result itself, where no cancellation occurs.
    case result
  }

  let name: String
  let operation: Operation
  let shapes: [[Int]]
  var weight: [Int]?
  var bias = false
  var norm = false
  /// Inputs are uniform in ±scale.
  var scale: Float = 1
  /// What the model's height does not hold: errors of powers and of their arguments, in units of u.
  var furtherRoundings = 0
  let yardstick: Yardstick

  var testDescription: String { name }

  /// A deformable convolution's offsets are multiples of 1/256, so that no sampling position is rounded.
  func sample() throws -> Sample {
    let steps: Float? = operation.kind == .deformConv2d ? 256 : nil
    return try Sample(
      operation, shapes, weight: weight, bias: bias, norm: norm, scale: scale, steps: steps)
  }
}

@Suite struct PrecisionTests {
  static let linear = [
    PrecisionCase(
      name: "conv", operation: .conv2d(Convolution(padding: Pair(1))), shapes: [[2, 16, 7, 5]],
      weight: [8, 16, 3, 3], yardstick: .magnitude),
    PrecisionCase(
      name: "conv with bias and ReLU", operation: .conv2d(Convolution(stride: Pair(2), relu: true)),
      shapes: [[1, 33, 9, 9]], weight: [5, 33, 3, 3], bias: true, yardstick: .magnitude),
    PrecisionCase(
      name: "grouped conv with norm", operation: .conv2d(Convolution(groups: 4)), shapes: [[1, 16, 6, 6]],
      weight: [8, 4, 2, 3], bias: true, norm: true, yardstick: .magnitude),
    PrecisionCase(
      name: "1×1 conv of many channels", operation: .conv2d(Convolution()), shapes: [[1, 1024, 3, 3]],
      weight: [4, 1024, 1, 1], norm: true, yardstick: .magnitude),
    PrecisionCase(
      name: "deformable conv", operation: .deformConv2d(Convolution(padding: Pair(3), dilation: Pair(3))),
      shapes: [[2, 9, 8, 7], [2, 18, 8, 7]], weight: [6, 9, 3, 3], scale: 3, yardstick: .magnitude),
    PrecisionCase(
      name: "deformable conv with norm", operation: .deformConv2d(Convolution(padding: Pair(1), relu: true)),
      shapes: [[1, 17, 6, 6], [1, 18, 6, 6]], weight: [6, 17, 3, 3], norm: true, scale: 2,
      yardstick: .magnitude),
  ]

  static let other = [
    PrecisionCase(
      name: "batch norm", operation: .batchNorm2d(epsilon: 1e-5, relu: false), shapes: [[2, 7, 5, 5]],
      norm: true, yardstick: .magnitude),
    PrecisionCase(
      name: "product", operation: .multiply(relu: false), shapes: [[99], [99]], yardstick: .magnitude),
    PrecisionCase(
      name: "sum", operation: .add(relu: false), shapes: [[99], [99]], scale: 3, yardstick: .magnitude),
    PrecisionCase(
      name: "modulation", operation: .objectnessModulate, shapes: [[2, 7, 5, 5], [2, 1, 5, 5]],
      yardstick: .magnitude),
    PrecisionCase(
      name: "resizing", operation: .resizeBilinear(size: Pair(13, 4)), shapes: [[2, 3, 5, 7]],
      yardstick: .magnitude),
    PrecisionCase(
      name: "L2 norm", operation: .l2Norm(epsilon: 1e-10), shapes: [[2, 512, 2, 2]], weight: [512],
      yardstick: .result),
    // One power.
    PrecisionCase(
      name: "sigmoid", operation: .sigmoid, shapes: [[999]], scale: 8, furtherRoundings: 2,
      yardstick: .result),
    PrecisionCase(
      name: "objectness map", operation: .objectnessMap, shapes: [[2, 6, 9, 9]], scale: 8,
      furtherRoundings: 2, yardstick: .result),
    // Powers above and below, each within 2u, with arguments of magnitude 8 at most that are rounded once.
    PrecisionCase(
      name: "softmax", operation: .softmax, shapes: [[20, 81]], scale: 4, furtherRoundings: 20,
      yardstick: .result),
    PrecisionCase(
      name: "prior boxes",
      operation: .priorBox(
        PriorBox(
          imageSize: Pair(300, 320), featureMap: Pair(38, 40), stride: Pair(8), minSize: 30.3,
          aspectRatios: [2, 0.5, 3], clip: true)),
      shapes: [], yardstick: .result),
  ]

  @Test("Float against Double", arguments: linear + other)
  func floatIsWithinTheDeclaredBound(_ example: PrecisionCase) throws {
    let sample = try example.sample()
    let layer = sample.layer
    let inputs = sample.inputs.map { $0.map { Double($0) } }
    let parameters = sample.parameters.map { Double($0) }
    let single = Reference.evaluate(layer, inputs: sample.inputs, parameters: sample.parameters)
    let double = Reference.evaluate(layer, inputs: inputs, parameters: parameters)
    let scale: [Double] =
      switch example.yardstick {
      case .magnitude: Self.magnitude(layer, inputs, parameters).values
      case .result: double.values.map { abs($0) }
      }
    let bound = gamma(Reference.errorModel(of: layer).height + example.furtherRoundings)
    var nonzero = 0
    for index in double.values.indices {
      let error = abs(Double(single.values[index]) - double.values[index])
      #expect(error <= bound * scale[index], "element \(index)")
      if error > 0 { nonzero += 1 }
    }
    #expect(nonzero > 0, "float32 that never rounds was not float32")
  }

  /// The same formula with every term's absolute value. A deformable convolution keeps its positions; a mean
  /// is subtracted, so its absolute value is negated.
  private static func magnitude(
    _ layer: Layer, _ inputs: [Tensor<Double>], _ parameters: Parameters<Double>
  ) -> Tensor<Double> {
    let positions = layer.kind == .deformConv2d ? 1 : inputs.count
    let inputs = inputs.enumerated().map { $0.offset < positions ? $0.element.map { abs($0) } : $0.element }
    var absolute = parameters.map { abs($0) }
    if let norm = absolute.norm {
      absolute.norm = .init(
        weight: norm.weight, bias: norm.bias, runningMean: norm.runningMean.map { -$0 },
        runningVariance: norm.runningVariance)
    }
    return Reference.evaluate(layer, inputs: inputs, parameters: absolute)
  }

  @Test func decodedBoxesAreWithinTheDeclaredBound() throws {
    let sample = try Sample(
      .decodeBoxes(centreVariance: 0.1, sizeVariance: 0.2), [[2, 50, 4], [2, 50, 4], [50, 4]])
    let inputs = sample.inputs.map { $0.map { Double($0) } }
    let single = Reference.evaluate(sample.layer, inputs: sample.inputs, parameters: sample.parameters)
    let double = Reference.evaluate(sample.layer, inputs: inputs, parameters: Parameters())
    // On absolute values every term of the right and lower corners is positive and at its greatest.
    let magnitude = Reference.evaluate(
      sample.layer, inputs: inputs.map { $0.map { abs($0) } }, parameters: Parameters())
    // Two powers, each within 2u.
    let bound = gamma(Reference.errorModel(of: sample.layer).height + 4)
    for index in double.values.indices {
      let scale = magnitude.values[index % 4 < 2 ? index + 2 : index]
      #expect(abs(Double(single.values[index]) - double.values[index]) <= bound * scale)
    }
  }
}
