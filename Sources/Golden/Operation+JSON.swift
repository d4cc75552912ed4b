import Catalogue

extension Operation {
  /// Reads a case's `layer`: the kind and exactly its attributes.
  ///
  /// Neutral attributes may be left out: `groups` (1) and `relu` (false). `bn_eps` is needed where a norm is.
  init(json text: String, hasNorm: Bool) throws(FormatViolation) {
    var reader = FieldReader(try JSONValue.parseObject(text, as: "the layer"), name: "the layer")
    let name = try reader.string("kind")
    guard let kind = LayerKind(rawValue: name) else {
      throw FormatViolation("the layer has the unknown kind \"\(name)\"")
    }
    self = try Self.operation(of: kind, &reader, hasNorm: hasNorm)
    try reader.finish()
  }

  private static func operation(
    of kind: LayerKind, _ reader: inout FieldReader, hasNorm: Bool
  ) throws(FormatViolation) -> Operation {
    switch kind {
    case .conv2d: .conv2d(try Convolution(&reader, grouped: true, hasNorm: hasNorm))
    case .deformConv2d: .deformConv2d(try Convolution(&reader, grouped: false, hasNorm: hasNorm))
    case .maxPool2d: .maxPool2d(try Pooling(&reader))
    case .batchNorm2d: .batchNorm2d(epsilon: try reader.double("bn_eps"), relu: try reader.relu())
    case .relu: .relu
    case .sigmoid: .sigmoid
    case .multiply: .multiply(relu: try reader.relu())
    case .add: .add(relu: try reader.relu())
    case .concat: .concat
    case .l2Norm: .l2Norm(epsilon: try reader.double("eps"))
    case .boxOffsets: .boxOffsets
    case .objectnessMap: .objectnessMap
    case .objectnessModulate: .objectnessModulate
    case .headPermute: .headPermute(values: try reader.count("values"))
    case .softmax: .softmax
    case .priorBox: .priorBox(try PriorBox(&reader))
    case .decodeBoxes: try decodeBoxes(&reader)
    case .nms: .nms(try Suppression(&reader))
    case .resizeBilinear: .resizeBilinear(size: try reader.pair("size"))
    }
  }

  private static func decodeBoxes(_ reader: inout FieldReader) throws(FormatViolation) -> Operation {
    let variances = try reader.doubles("variances")
    guard variances.count == 2 else {
      throw FormatViolation("\"variances\" of the layer must be two numbers, of centre and of size")
    }
    return .decodeBoxes(centreVariance: variances[0], sizeVariance: variances[1])
  }
}

extension FieldReader {
  /// `relu`, false where it is left out.
  fileprivate mutating func relu() throws(FormatViolation) -> Bool {
    switch optional("relu") {
    case nil: false
    case .boolean(let value)?: value
    case .some: throw FormatViolation("\"relu\" of \(name) must be true or false")
    }
  }
}

extension Convolution {
  fileprivate init(_ reader: inout FieldReader, grouped: Bool, hasNorm: Bool) throws(FormatViolation) {
    self.init(
      stride: try reader.pair("stride"), padding: try reader.pair("padding"),
      dilation: try reader.pair("dilation"), relu: try reader.relu())
    if grouped, let value = reader.optional("groups") {
      guard let count = value.count else {
        throw FormatViolation("\"groups\" of the layer must be a whole number")
      }
      groups = count
    }
    if hasNorm {
      normEpsilon = try reader.double("bn_eps")
    } else if let value = reader.optional("bn_eps") {
      guard let epsilon = value.double else {
        throw FormatViolation("\"bn_eps\" of the layer must be a number")
      }
      normEpsilon = epsilon
    }
  }
}

extension Pooling {
  fileprivate init(_ reader: inout FieldReader) throws(FormatViolation) {
    self.init(
      kernel: try reader.pair("kernel"), stride: try reader.pair("stride"),
      padding: try reader.pair("padding"),
      ceilMode: try reader.boolean("ceil_mode"))
  }
}

extension PriorBox {
  fileprivate init(_ reader: inout FieldReader) throws(FormatViolation) {
    self.init(
      imageSize: try reader.pair("image_size"), featureMap: try reader.pair("feature_map"),
      stride: try reader.pair("stride"), minSize: try reader.double("min_size"),
      aspectRatios: try reader.doubles("aspect_ratios"), clip: try reader.boolean("clip"))
  }
}

extension Suppression {
  fileprivate init(_ reader: inout FieldReader) throws(FormatViolation) {
    self.init(
      scoreThreshold: try reader.double("score_threshold"), iouThreshold: try reader.double("iou_threshold"),
      maxPerClass: try reader.count("max_per_class"),
      objectnessThreshold: try reader.double("objectness_threshold"))
  }
}
