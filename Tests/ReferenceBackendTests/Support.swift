import Catalogue
import ReferenceBackend
import Tensors

/// Float32's unit roundoff.
let unitRoundoff = 0x1p-24

/// γ_n = n·u/(1 − n·u): what n roundings do to a term at most (Higham, 2nd ed., §3.1).
func gamma(_ roundings: Int) -> Double {
  let error = Double(roundings) * unitRoundoff
  return error / (1 - error)
}

func tensor(_ dimensions: [Int], _ values: [Double]) throws -> Tensor<Double> {
  Tensor(try Shape(dimensions), values: values)
}

/// Builds the layer that fits the tensors and evaluates it.
func evaluated<Scalar: ReferenceScalar>(
  _ operation: Operation, _ inputs: [Tensor<Scalar>], _ parameters: Parameters<Scalar> = Parameters(),
  threads: Int = 1
) throws -> Tensor<Scalar> {
  let layer = try Layer(
    name: "test", operation: operation, inputShapes: inputs.map(\.shape), parameterShapes: parameters.shapes)
  return Reference.evaluate(layer, inputs: inputs, parameters: parameters, threads: threads)
}

/// A layer with inputs and parameters drawn for it.
struct Sample {
  let layer: Layer
  let inputs: [Tensor<Float>]
  let parameters: Parameters<Float>

  /// - Parameters:
  ///   - scale: inputs and weights are uniform in ±scale.
  ///   - steps: nil, or the number of steps in 1 that inputs after the first are rounded to.
  init(
    _ operation: Operation, _ shapes: [[Int]], weight: [Int]? = nil, bias: Bool = false, norm: Bool = false,
    scale: Float = 1, steps: Float? = nil
  ) throws {
    var stream: UInt64 = 0
    func draw(_ shape: Shape) -> Tensor<Float> {
      stream += 1
      return Recipe(
        shape: shape, distribution: .uniform(scale: scale), generator: Philox(key: 7, stream: stream)
      ).makeTensor()
    }
    var inputs = try shapes.map { draw(try Shape($0)) }
    if let steps {
      for index in inputs.indices.dropFirst() {
        inputs[index] = inputs[index].map { ($0 * steps).rounded() / steps }
      }
    }
    var parameters = Parameters<Float>(weight: try weight.map { draw(try Shape($0)) })
    if bias || norm {
      let channels = try Shape([weight?[0] ?? shapes[0][1]])
      if bias { parameters.bias = draw(channels).values }
      if norm {
        parameters.norm = .init(
          weight: draw(channels).values, bias: draw(channels).values, runningMean: draw(channels).values,
          runningVariance: draw(channels).values.map { $0 * $0 + 0.125 })
      }
    }
    self.inputs = inputs
    self.parameters = parameters
    layer = try Layer(
      name: "sample", operation: operation, inputShapes: inputs.map(\.shape),
      parameterShapes: parameters.shapes)
  }

  /// One layer of every kind, of shapes that no thread count divides.
  init(kind: LayerKind) throws {
    let map = [2, 5, 7, 3]
    switch kind {
    case .conv2d:
      let convolution = Convolution(stride: Pair(2, 1), padding: Pair(1, 2), dilation: Pair(1, 2), relu: true)
      try self.init(.conv2d(convolution), [map], weight: [3, 5, 3, 2], bias: true, norm: true)
    case .deformConv2d:
      try self.init(
        .deformConv2d(Convolution(padding: Pair(2), dilation: Pair(2))), [map, [2, 18, 7, 3]],
        weight: [4, 5, 3, 3], norm: true, scale: 2)
    case .maxPool2d:
      try self.init(.maxPool2d(Pooling(kernel: Pair(3), stride: Pair(2), padding: Pair(1))), [map])
    case .batchNorm2d: try self.init(.batchNorm2d(epsilon: 1e-5, relu: true), [map], norm: true)
    case .relu: try self.init(.relu, [map])
    case .sigmoid: try self.init(.sigmoid, [map], scale: 4)
    case .multiply: try self.init(.multiply(relu: true), [map, map])
    case .add: try self.init(.add(relu: false), [map, map])
    case .concat: try self.init(.concat, [map, [2, 1, 7, 3], map])
    case .l2Norm: try self.init(.l2Norm(epsilon: 1e-10), [map], weight: [5])
    case .boxOffsets: try self.init(.boxOffsets, [[2, 12, 7, 3]])
    case .objectnessMap: try self.init(.objectnessMap, [[2, 6, 7, 3]], scale: 4)
    case .objectnessModulate: try self.init(.objectnessModulate, [map, [2, 1, 7, 3]])
    case .headPermute: try self.init(.headPermute(values: 4), [[2, 12, 7, 3]])
    case .softmax: try self.init(.softmax, [[2, 5, 7]], scale: 4)
    case .priorBox:
      let prior = PriorBox(
        imageSize: Pair(50, 60), featureMap: Pair(5, 6), stride: Pair(10), minSize: 30,
        aspectRatios: [2, 0.5],
        clip: true)
      try self.init(.priorBox(prior), [])
    case .decodeBoxes:
      try self.init(
        .decodeBoxes(centreVariance: 0.1, sizeVariance: 0.2), [[2, 11, 4], [2, 11, 4], [11, 4]])
    case .nms:
      let suppression = Suppression(
        scoreThreshold: 0.25, iouThreshold: 0.45, maxPerClass: 3, objectnessThreshold: 0)
      try self.init(.nms(suppression), [[23, 4], [23, 6], [23]])
    case .resizeBilinear: try self.init(.resizeBilinear(size: Pair(5, 11)), [map])
    }
  }
}
