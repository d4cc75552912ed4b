import Catalogue

extension Operation {
  /// The `layer` of a case: the kind and its attributes, as ``init(json:hasNorm:)`` reads them.
  var json: JSONValue {
    .object(attributes.merging(["kind": .string(kind.rawValue)]) { first, _ in first })
  }

  private var attributes: [String: JSONValue] {
    switch self {
    case .conv2d(let convolution):
      convolution.attributes.merging(["groups": .unsigned(UInt64(convolution.groups))]) { first, _ in first }
    case .deformConv2d(let convolution):
      convolution.attributes
    case .maxPool2d(let pooling):
      [
        "kernel": pooling.kernel.json, "stride": pooling.stride.json, "padding": pooling.padding.json,
        "ceil_mode": .boolean(pooling.ceilMode),
      ]
    case .batchNorm2d(let epsilon, let relu): ["bn_eps": .number(epsilon), "relu": .boolean(relu)]
    case .multiply(let relu), .add(let relu): ["relu": .boolean(relu)]
    case .relu, .sigmoid, .concat, .boxOffsets, .objectnessMap, .objectnessModulate, .softmax: [:]
    case .l2Norm(let epsilon): ["eps": .number(epsilon)]
    case .headPermute(let values): ["values": .unsigned(UInt64(values))]
    case .priorBox(let prior): prior.attributes
    case .decodeBoxes(let centre, let size): ["variances": .array([.number(centre), .number(size)])]
    case .nms(let suppression): suppression.attributes
    case .resizeBilinear(let size): ["size": size.json]
    }
  }
}

extension Pair {
  fileprivate var json: JSONValue { .array([.signed(Int64(vertical)), .signed(Int64(horizontal))]) }
}

extension Convolution {
  fileprivate var attributes: [String: JSONValue] {
    [
      "stride": stride.json, "padding": padding.json, "dilation": dilation.json, "relu": .boolean(relu),
      "bn_eps": .number(normEpsilon),
    ]
  }
}

extension PriorBox {
  fileprivate var attributes: [String: JSONValue] {
    [
      "image_size": imageSize.json, "feature_map": featureMap.json, "stride": stride.json,
      "min_size": .number(minSize), "aspect_ratios": .array(aspectRatios.map(JSONValue.number)),
      "clip": .boolean(clip),
    ]
  }
}

extension Suppression {
  fileprivate var attributes: [String: JSONValue] {
    [
      "score_threshold": .number(scoreThreshold), "iou_threshold": .number(iouThreshold),
      "max_per_class": .unsigned(UInt64(maxPerClass)), "objectness_threshold": .number(objectnessThreshold),
    ]
  }
}
