import Tensors

extension Operation {
  /// The output's shape, after checking every rule of the kind.
  func outputShape(inputs: [Shape], parameters: ParameterShapes) throws(RuleViolation) -> Shape {
    try checkParameters(parameters)
    switch self {
    case .conv2d(let convolution):
      return try convolution.outputShape(inputs: inputs, parameters: parameters)
    case .deformConv2d(let convolution):
      return try convolution.deformableOutputShape(inputs: inputs, parameters: parameters)
    case .maxPool2d(let pooling):
      return try pooling.outputShape(input: try Self.map(inputs))
    case .batchNorm2d:
      let input = try Self.map(inputs)
      guard let norm = parameters.norm else { throw RuleViolation("the norm's parameters are missing") }
      guard norm == Shape(trusted: [input[1]]) else {
        throw RuleViolation("the norm has shape \(norm) where the input has \(input[1]) channels")
      }
      return input
    case .relu, .sigmoid:
      return try Self.single(inputs)
    case .multiply, .add:
      guard inputs.count == 2 else { throw RuleViolation("it takes two inputs, not \(inputs.count)") }
      guard inputs[0] == inputs[1] else {
        throw RuleViolation("its inputs differ in shape: \(inputs[0]) and \(inputs[1])")
      }
      return inputs[0]
    case .concat:
      return try Self.concatenated(inputs)
    case .l2Norm:
      let input = try Self.map(inputs)
      guard parameters.weight == Shape(trusted: [input[1]]) else {
        throw RuleViolation("its weight must hold one value per input channel, \(input[1])")
      }
      return input
    case .boxOffsets:
      let input = try Self.map(inputs)
      guard input[1] % 4 == 0 else { throw RuleViolation("\(input[1]) channels are no multiple of 4") }
      return Shape(trusted: [input[0], input[1] / 2, input[2], input[3]])
    case .objectnessMap:
      let input = try Self.map(inputs)
      guard input[1] % 2 == 0 else { throw RuleViolation("\(input[1]) channels are no multiple of 2") }
      return Shape(trusted: [input[0], 1, input[2], input[3]])
    case .objectnessModulate:
      guard inputs.count == 2, inputs[0].rank == 4,
        inputs[1] == Shape(trusted: [inputs[0][0], 1, inputs[0][2], inputs[0][3]])
      else { throw RuleViolation("it takes [N,C,H,W] and [N,1,H,W], not \(Self.list(inputs))") }
      return inputs[0]
    case .headPermute(let values):
      let input = try Self.map(inputs)
      guard values > 0, input[1] % values == 0 else {
        throw RuleViolation("\(input[1]) channels are no multiple of values = \(values)")
      }
      return Shape(trusted: [input[0], input[2] * input[3] * (input[1] / values), values])
    case .softmax:
      let input = try Self.single(inputs)
      guard input.rank >= 1 else { throw RuleViolation("its input has no axis") }
      return input
    case .priorBox(let prior):
      return try prior.outputShape(inputs: inputs)
    case .decodeBoxes:
      return try Self.decodedShape(inputs)
    case .nms(let suppression):
      return try suppression.outputShape(inputs: inputs)
    case .resizeBilinear(let size):
      let input = try Self.map(inputs)
      guard size.vertical > 0, size.horizontal > 0 else { throw RuleViolation("size \(size) is empty") }
      return Shape(trusted: [input[0], input[1], size.vertical, size.horizontal])
    }
  }

  /// Refuses parameters that the kind does not have.
  private func checkParameters(_ parameters: ParameterShapes) throws(RuleViolation) {
    let allowed: (weight: Bool, bias: Bool, norm: Bool) =
      switch kind {
      case .conv2d, .deformConv2d: (true, true, true)
      case .batchNorm2d: (false, false, true)
      case .l2Norm: (true, false, false)
      case .maxPool2d, .relu, .sigmoid, .multiply, .add, .concat, .boxOffsets, .objectnessMap,
        .objectnessModulate, .headPermute, .softmax, .priorBox, .decodeBoxes, .nms, .resizeBilinear:
        (false, false, false)
      }
    if parameters.weight != nil && !allowed.weight { throw RuleViolation("the kind has no weight") }
    if parameters.bias != nil && !allowed.bias { throw RuleViolation("the kind has no bias") }
    if parameters.norm != nil && !allowed.norm { throw RuleViolation("the kind has no norm") }
  }

  private static func list(_ shapes: [Shape]) -> String {
    shapes.map(\.description).joined(separator: " and ")
  }

  private static func single(_ inputs: [Shape]) throws(RuleViolation) -> Shape {
    guard inputs.count == 1 else { throw RuleViolation("it takes one input, not \(inputs.count)") }
    return inputs[0]
  }

  private static func map(_ inputs: [Shape]) throws(RuleViolation) -> Shape {
    let input = try single(inputs)
    guard input.rank == 4 else { throw RuleViolation("its input must be NCHW, not \(input)") }
    return input
  }

  private static func concatenated(_ inputs: [Shape]) throws(RuleViolation) -> Shape {
    guard let first = inputs.first, first.rank >= 2 else {
      throw RuleViolation("it takes at least one input of two or more axes")
    }
    var channels = 0
    for input in inputs {
      guard input.rank == first.rank, input[0] == first[0],
        input.dimensions.dropFirst(2) == first.dimensions.dropFirst(2)
      else { throw RuleViolation("its inputs differ beyond axis 1: \(list(inputs))") }
      channels += input[1]
    }
    return Shape(trusted: [first[0], channels] + first.dimensions.dropFirst(2))
  }

  private static func decodedShape(_ inputs: [Shape]) throws(RuleViolation) -> Shape {
    guard inputs.count == 3, inputs[0].rank == 3, inputs[0][2] == 4, inputs[1] == inputs[0],
      inputs[2] == Shape(trusted: [inputs[0][1], 4])
    else { throw RuleViolation("it takes [N,P,4], [N,P,4] and [P,4], not \(list(inputs))") }
    return inputs[0]
  }
}

extension Convolution {
  fileprivate func outputShape(inputs: [Shape], parameters: ParameterShapes) throws(RuleViolation) -> Shape {
    guard inputs.count == 1 else { throw RuleViolation("it takes one input, not \(inputs.count)") }
    return try outputShape(input: inputs[0], parameters: parameters)
  }

  fileprivate func deformableOutputShape(
    inputs: [Shape], parameters: ParameterShapes
  ) throws(RuleViolation) -> Shape {
    guard inputs.count == 2 else {
      throw RuleViolation("it takes an input and an offset, not \(inputs.count)")
    }
    guard groups == 1 else { throw RuleViolation("a deformable convolution has no groups") }
    let output = try outputShape(input: inputs[0], parameters: parameters)
    guard let weight = parameters.weight else { throw RuleViolation("the weight is missing") }
    let offset = Shape(trusted: [output[0], 2 * weight[2] * weight[3], output[2], output[3]])
    guard inputs[1] == offset else { throw RuleViolation("the offset must be \(offset), not \(inputs[1])") }
    return output
  }

  private func outputShape(input: Shape, parameters: ParameterShapes) throws(RuleViolation) -> Shape {
    guard input.rank == 4 else { throw RuleViolation("its input must be NCHW, not \(input)") }
    guard let weight = parameters.weight else { throw RuleViolation("the weight is missing") }
    guard weight.rank == 4 else { throw RuleViolation("its weight must be OIHW, not \(weight)") }
    for (name, pair, least) in [("stride", stride, 1), ("padding", padding, 0), ("dilation", dilation, 1)] {
      guard pair.vertical >= least, pair.horizontal >= least else {
        throw RuleViolation("\(name) \(pair) is below \(least)")
      }
    }
    guard normEpsilon >= 0, normEpsilon.isFinite else {
      throw RuleViolation("bn_eps \(normEpsilon) is negative")
    }
    guard groups >= 1, input[1] % groups == 0, weight[0] % groups == 0 else {
      throw RuleViolation(
        "\(input[1]) input and \(weight[0]) output channels do not split into \(groups) groups")
    }
    guard weight[1] * groups == input[1] else {
      throw RuleViolation(
        "the weight \(weight) takes \(weight[1] * groups) channels; the input has \(input[1])")
    }
    for (name, shape) in [("bias", parameters.bias), ("norm", parameters.norm)] {
      guard shape == nil || shape == Shape(trusted: [weight[0]]) else {
        throw RuleViolation("the \(name) must hold one value per output channel, \(weight[0])")
      }
    }
    let size = outputSize(input: Pair(input[2], input[3]), kernel: Pair(weight[2], weight[3]))
    guard size.vertical > 0, size.horizontal > 0 else {
      throw RuleViolation(
        "the kernel \(weight[2])×\(weight[3]) does not fit the padded map \(input[2])×\(input[3])")
    }
    return Shape(trusted: [input[0], weight[0], size.vertical, size.horizontal])
  }
}

extension Pooling {
  fileprivate func outputShape(input: Shape) throws(RuleViolation) -> Shape {
    for (name, pair, least) in [("kernel", kernel, 1), ("stride", stride, 1), ("padding", padding, 0)] {
      guard pair.vertical >= least, pair.horizontal >= least else {
        throw RuleViolation("\(name) \(pair) is below \(least)")
      }
    }
    guard 2 * padding.vertical <= kernel.vertical, 2 * padding.horizontal <= kernel.horizontal else {
      throw RuleViolation("padding \(padding) is more than half of the kernel \(kernel)")
    }
    let size = outputSize(input: Pair(input[2], input[3]))
    guard size.vertical > 0, size.horizontal > 0 else {
      throw RuleViolation("the kernel \(kernel) does not fit the padded map \(input[2])×\(input[3])")
    }
    return Shape(trusted: [input[0], input[1], size.vertical, size.horizontal])
  }
}

extension PriorBox {
  fileprivate func outputShape(inputs: [Shape]) throws(RuleViolation) -> Shape {
    guard inputs.isEmpty else { throw RuleViolation("it takes no input") }
    for (name, pair) in [("image_size", imageSize), ("feature_map", featureMap), ("stride", stride)] {
      guard pair.vertical > 0, pair.horizontal > 0 else { throw RuleViolation("\(name) \(pair) is empty") }
    }
    guard minSize > 0, minSize.isFinite, aspectRatios.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw RuleViolation("min_size and aspect_ratios must be positive")
    }
    return Shape(trusted: [featureMap.vertical * featureMap.horizontal * boxesPerCell, 4])
  }
}

extension Suppression {
  fileprivate func outputShape(inputs: [Shape]) throws(RuleViolation) -> Shape {
    guard inputs.count == 3, inputs[0].rank == 2, inputs[0][1] == 4, inputs[1].rank == 2,
      inputs[1][0] == inputs[0][0], inputs[2] == Shape(trusted: [inputs[0][0]])
    else { throw RuleViolation("it takes boxes [P,4], class scores [P,classes] and objectness [P]") }
    guard maxPerClass > 0 else { throw RuleViolation("max_per_class must be positive") }
    guard scoreThreshold.isFinite, iouThreshold.isFinite, objectnessThreshold.isFinite else {
      throw RuleViolation("the thresholds must be finite")
    }
    return Shape(trusted: [min(maxPerClass, inputs[0][0]) * max(inputs[1][1] - 1, 0), 6])
  }
}
