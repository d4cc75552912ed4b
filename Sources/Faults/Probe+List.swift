import Backends
import Catalogue
import Tensors

extension Probe {
  /// The fixed set of small layers of `kind` on which every fault of the kind must show.
  package static func all(of kind: LayerKind) throws -> [Probe] {
    try
      (ProbeSpecification.linear + ProbeSpecification.winograd + ProbeSpecification.maps
      + ProbeSpecification.boxes)
      .filter { $0.operation.kind == kind }.map { try $0.probe() }
  }
}

extension ProbeSpecification {
  /// Convolutions, plain and deformable.
  fileprivate static let linear: [ProbeSpecification] = [
    .init(
      name: "conv/3x3", operation: .conv2d(Convolution(padding: Pair(1), relu: true)),
      inputs: [[1, 5, 9, 8]],
      weight: [6, 5, 3, 3], hasBias: true, data: [.values(.uniform(scale: 4))]),
    .init(
      name: "conv/uneven",
      operation: .conv2d(
        Convolution(stride: Pair(2, 1), padding: Pair(1, 2), dilation: Pair(1, 2), relu: true)),
      inputs: [[2, 6, 11, 9]], weight: [5, 6, 3, 3], hasNorm: true),
    .init(
      name: "conv/1x1", operation: .conv2d(Convolution()), inputs: [[1, 19, 7, 7]], weight: [7, 19, 1, 1],
      hasNorm: true),
    .init(
      name: "conv/narrow", operation: .conv2d(Convolution()), inputs: [[1, 3, 6, 7]], weight: [4, 3, 1, 1],
      hasNorm: true, variance: 0.002),
    .init(
      name: "conv/groups", operation: .conv2d(Convolution(padding: Pair(1), groups: 2)),
      inputs: [[1, 6, 8, 7]], weight: [4, 3, 3, 3], hasBias: true),
    .init(
      name: "conv/even", operation: .conv2d(Convolution(padding: Pair(1, 0), dilation: Pair(2, 1))),
      inputs: [[1, 4, 9, 10]], weight: [4, 4, 3, 2], hasBias: true, hasNorm: true),
    .init(
      name: "conv/deep", operation: .conv2d(Convolution(padding: Pair(1), relu: true)),
      inputs: [[1, 40, 6, 5]], weight: [3, 40, 3, 3], hasBias: true, hasNorm: true),
    .init(
      name: "conv/integers", operation: .conv2d(Convolution(stride: Pair(2), padding: Pair(1))),
      inputs: [[2, 7, 9, 9]], weight: [5, 7, 3, 3], hasBias: true, isExact: true),
    .init(
      name: "deform/3x3", operation: .deformConv2d(Convolution(padding: Pair(1), relu: true)),
      inputs: [[2, 4, 7, 6], [2, 18, 7, 6]], weight: [4, 4, 3, 3], hasNorm: true,
      data: [.values(.uniform(scale: 2)), .values(.uniform(scale: 3))]),
    .init(
      name: "deform/uneven",
      operation: .deformConv2d(Convolution(stride: Pair(2, 1), padding: Pair(2, 1), dilation: Pair(2, 1))),
      inputs: [[1, 5, 9, 8], [1, 12, 5, 9]], weight: [5, 5, 3, 2], hasBias: true,
      data: [.values(.uniform(scale: 1)), .values(.uniform(scale: 2))]),
    .init(
      name: "deform/full",
      operation: .deformConv2d(Convolution(padding: Pair(3), dilation: Pair(3), relu: true)),
      inputs: [[1, 6, 6, 6], [1, 18, 6, 6]], weight: [3, 6, 3, 3], hasBias: true, hasNorm: true,
      data: [.values(.uniform(scale: 1)), .values(.nonnegative(scale: 2))]),
    .init(
      name: "deform/narrow", operation: .deformConv2d(Convolution()), inputs: [[1, 2, 6, 7], [1, 2, 6, 7]],
      weight: [4, 2, 1, 1], hasNorm: true, variance: 0.002),
    .init(
      name: "deform/integers", operation: .deformConv2d(Convolution(padding: Pair(1))),
      inputs: [[1, 5, 7, 7], [1, 18, 7, 7]], weight: [4, 5, 3, 3], hasBias: true, isExact: true),
  ]

  /// Convolutions by Winograd's algorithm.
  fileprivate static let winograd: [ProbeSpecification] = [
    .init(
      name: "winograd/2x2", operation: .conv2d(Convolution(padding: Pair(1), relu: true)),
      inputs: [[1, 5, 7, 6]], weight: [4, 5, 3, 3], hasBias: true, winograd: .f2),
    .init(
      name: "winograd/4x4", operation: .conv2d(Convolution(padding: Pair(1))), inputs: [[1, 6, 10, 9]],
      weight: [3, 6, 3, 3], hasNorm: true, winograd: .f4),
    .init(
      name: "winograd/dilated",
      operation: .conv2d(Convolution(padding: Pair(2, 1), dilation: Pair(2, 3), relu: true)),
      inputs: [[1, 5, 9, 14]], weight: [3, 5, 3, 3], hasBias: true, hasNorm: true, winograd: .f4),
    .init(
      name: "winograd/integers", operation: .conv2d(Convolution(padding: Pair(1))), inputs: [[1, 6, 5, 7]],
      weight: [3, 6, 3, 3], hasBias: true, isExact: true, winograd: .f2),
    .init(
      name: "winograd/strided", operation: .conv2d(Convolution(stride: Pair(2), padding: Pair(1))),
      inputs: [[1, 6, 9, 12]], weight: [3, 6, 3, 3], hasBias: true, hasNorm: true, winograd: .f2Strided),
  ]

  /// Kinds that turn maps into maps.
  fileprivate static let maps: [ProbeSpecification] = [
    .init(
      name: "pool/2x2", operation: .maxPool2d(Pooling(kernel: Pair(2), stride: Pair(2))),
      inputs: [[2, 3, 9, 8]]),
    .init(
      name: "pool/ceil", operation: .maxPool2d(Pooling(kernel: Pair(2), stride: Pair(2), ceilMode: true)),
      inputs: [[1, 3, 9, 7]]),
    .init(
      name: "pool/padded", operation: .maxPool2d(Pooling(kernel: Pair(3), stride: Pair(1), padding: Pair(1))),
      inputs: [[1, 4, 7, 6]]),
    .init(
      name: "pool/uneven",
      operation: .maxPool2d(Pooling(kernel: Pair(3, 2), stride: Pair(1, 2), padding: Pair(1, 0))),
      inputs: [[1, 3, 9, 8]]),
    .init(
      name: "norm/relu", operation: .batchNorm2d(epsilon: 1e-5, relu: true), inputs: [[2, 5, 6, 5]],
      hasNorm: true),
    .init(
      name: "norm/plain", operation: .batchNorm2d(epsilon: 1e-5, relu: false), inputs: [[1, 6, 5, 7]],
      hasNorm: true, data: [.values(.uniform(scale: 9))]),
    .init(
      name: "relu", operation: .relu, inputs: [[2, 4, 6, 5]], data: [.values(.uniform(scale: 10))]),
    .init(
      name: "sigmoid/small", operation: .sigmoid, inputs: [[2, 4, 6, 5]]),
    .init(
      name: "sigmoid/large", operation: .sigmoid, inputs: [[1, 4, 6, 5]], data: [.values(.uniform(scale: 20))]
    ),
    .init(name: "multiply/relu", operation: .multiply(relu: true), inputs: [[2, 4, 6, 5], [2, 4, 6, 5]]),
    .init(name: "multiply/plain", operation: .multiply(relu: false), inputs: [[1, 5, 6, 5], [1, 5, 6, 5]]),
    .init(name: "add/relu", operation: .add(relu: true), inputs: [[2, 4, 6, 5], [2, 4, 6, 5]]),
    .init(
      name: "add/plain", operation: .add(relu: false), inputs: [[1, 5, 6, 5], [1, 5, 6, 5]],
      data: [.values(.uniform(scale: 1)), .values(.uniform(scale: 0.3))]),
    .init(name: "concat", operation: .concat, inputs: [[2, 3, 5, 4], [2, 3, 5, 4], [2, 2, 5, 4]]),
    .init(
      name: "l2/usual", operation: .l2Norm(epsilon: 1e-10), inputs: [[2, 8, 5, 4]], weight: [8]),
    .init(
      name: "l2/small", operation: .l2Norm(epsilon: 1e-10), inputs: [[1, 8, 5, 4]], weight: [8],
      data: [.values(.uniform(scale: 1e-9))]),
    .init(name: "offsets", operation: .boxOffsets, inputs: [[2, 12, 5, 4]]),
    .init(
      name: "objectness", operation: .objectnessMap, inputs: [[2, 6, 6, 5]],
      data: [.values(.uniform(scale: 4))]),
    .init(
      name: "modulate", operation: .objectnessModulate, inputs: [[2, 5, 6, 6], [2, 1, 6, 6]],
      data: [.values(.uniform(scale: 1)), .values(.nonnegative(scale: 1))]),
    .init(name: "resize/up", operation: .resizeBilinear(size: Pair(13, 11)), inputs: [[1, 3, 6, 7]]),
    .init(name: "resize/down", operation: .resizeBilinear(size: Pair(5, 4)), inputs: [[2, 2, 11, 9]]),
  ]

  /// Heads, boxes and their filtering.
  fileprivate static let boxes: [ProbeSpecification] = [
    .init(name: "permute/4", operation: .headPermute(values: 4), inputs: [[2, 12, 3, 5]]),
    .init(name: "permute/7", operation: .headPermute(values: 7), inputs: [[1, 21, 4, 3]]),
    .init(
      name: "softmax/usual", operation: .softmax, inputs: [[2, 9, 21]], data: [.values(.uniform(scale: 4))]),
    .init(
      name: "softmax/steep", operation: .softmax, inputs: [[1, 9, 9]], data: [.values(.uniform(scale: 300))]),
    .init(
      name: "prior/clipped",
      operation: .priorBox(
        PriorBox(
          imageSize: Pair(300, 320), featureMap: Pair(5, 4), stride: Pair(60, 80), minSize: 250,
          aspectRatios: [2, 0.5], clip: true)), inputs: []),
    .init(
      name: "prior/plain",
      operation: .priorBox(
        PriorBox(
          imageSize: Pair(320, 288), featureMap: Pair(4, 6), stride: Pair(80, 48), minSize: 30,
          aspectRatios: [2, 3], clip: false)), inputs: []),
    .init(
      name: "decode", operation: .decodeBoxes(centreVariance: 0.1, sizeVariance: 0.2),
      inputs: [[2, 17, 4], [2, 17, 4], [17, 4]],
      data: [.values(.uniform(scale: 2)), .values(.uniform(scale: 2)), .values(.nonnegative(scale: 1))]),
    .init(
      name: "nms/crowded",
      operation: .nms(
        Suppression(scoreThreshold: 0.25, iouThreshold: 0.5, maxPerClass: 50, objectnessThreshold: 0.125)),
      inputs: [[60, 4], [60, 4], [60]], data: [.boxes(extent: 6), .sixteenths, .sixteenths]),
    .init(
      name: "nms/limited",
      operation: .nms(
        Suppression(scoreThreshold: 0.25, iouThreshold: 0.25, maxPerClass: 8, objectnessThreshold: 0.125)),
      inputs: [[60, 4], [60, 4], [60]], data: [.boxes(extent: 5), .sixteenths, .sixteenths]),
    .init(
      name: "nms/roomy",
      operation: .nms(
        Suppression(scoreThreshold: 0.01, iouThreshold: 0.45, maxPerClass: 50, objectnessThreshold: 0.01)),
      inputs: [[60, 4], [60, 3], [60]],
      data: [.boxes(extent: 30), .values(.nonnegative(scale: 1)), .values(.nonnegative(scale: 0.05))]),
  ]
}
