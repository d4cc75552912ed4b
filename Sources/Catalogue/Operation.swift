/// The kinds of layer, with the names that golden files, the record and reports use.
package enum LayerKind: String, Sendable, Hashable, CaseIterable, Codable {
  case conv2d
  case deformConv2d = "deform_conv2d"
  case maxPool2d = "max_pool2d"
  case batchNorm2d = "batch_norm2d"
  case relu
  case sigmoid
  case multiply
  case add
  case concat
  case l2Norm = "l2_norm"
  case boxOffsets = "box_offsets"
  case objectnessMap = "objectness_map"
  case objectnessModulate = "objectness_modulate"
  case headPermute = "head_permute"
  case softmax
  case priorBox = "prior_box"
  case decodeBoxes = "decode_boxes"
  case nms
  case resizeBilinear = "resize_bilinear"

  /// Sums of products over weights: the kinds that carry a magnitude and that OpenBLAS offers.
  package var isLinear: Bool { self == .conv2d || self == .deformConv2d }
}

/// What a layer computes: its kind with the attributes of that kind. Formulas stand in efgrnet.md and
/// golden-format.md, and in the reference backend, which reads like them.
package enum Operation: Sendable, Hashable {
  case conv2d(Convolution)
  /// Deformable convolution (Dai et al., ICCV 2017), one offset group; `groups` is 1.
  case deformConv2d(Convolution)
  case maxPool2d(Pooling)
  /// (x − mean)/√(var + epsilon)·weight + bias, then ReLU where asked.
  case batchNorm2d(epsilon: Double, relu: Bool)
  case relu
  case sigmoid
  case multiply(relu: Bool)
  case add(relu: Bool)
  /// Along axis 1.
  case concat
  /// x / (√Σ_c x² + epsilon) · weight[c].
  case l2Norm(epsilon: Double)
  /// [N,4A,H,W] → [N,2A,H,W]: channels 0::4, then 1::4.
  case boxOffsets
  /// [N,2A,H,W] → [N,1,H,W]: the sigmoid of the maximum over channels 1::2.
  case objectnessMap
  /// x·o + x, o of one channel.
  case objectnessModulate
  /// [N,A·values,H,W] → [N,H·W·A,values].
  case headPermute(values: Int)
  /// Over the last axis.
  case softmax
  case priorBox(PriorBox)
  /// Two-step decoding, with the variances of centre and size.
  case decodeBoxes(centreVariance: Double, sizeVariance: Double)
  case nms(Suppression)
  case resizeBilinear(size: Pair)

  package var kind: LayerKind {
    switch self {
    case .conv2d: .conv2d
    case .deformConv2d: .deformConv2d
    case .maxPool2d: .maxPool2d
    case .batchNorm2d: .batchNorm2d
    case .relu: .relu
    case .sigmoid: .sigmoid
    case .multiply: .multiply
    case .add: .add
    case .concat: .concat
    case .l2Norm: .l2Norm
    case .boxOffsets: .boxOffsets
    case .objectnessMap: .objectnessMap
    case .objectnessModulate: .objectnessModulate
    case .headPermute: .headPermute
    case .softmax: .softmax
    case .priorBox: .priorBox
    case .decodeBoxes: .decodeBoxes
    case .nms: .nms
    case .resizeBilinear: .resizeBilinear
    }
  }
}

/// The attributes of a convolution; the kernel's extents are those of its weights.
package struct Convolution: Sendable, Hashable {
  package var stride: Pair
  package var padding: Pair
  /// 1 is dense.
  package var dilation: Pair
  package var groups: Int
  package var relu: Bool
  /// The norm's epsilon, added to the variance. Counts only where the layer has norm parameters.
  package var normEpsilon: Double

  package init(
    stride: Pair = Pair(1), padding: Pair = Pair(0), dilation: Pair = Pair(1), groups: Int = 1,
    relu: Bool = false, normEpsilon: Double = 1e-5
  ) {
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
    self.relu = relu
    self.normEpsilon = normEpsilon
  }

  /// The size of the output map: ⌊(in + 2·padding − dilation·(kernel − 1) − 1)/stride⌋ + 1 each way.
  package func outputSize(input: Pair, kernel: Pair) -> Pair {
    func extent(_ size: Int, _ kernel: Int, _ stride: Int, _ padding: Int, _ dilation: Int) -> Int {
      let room = size + 2 * padding - dilation * (kernel - 1) - 1
      return room < 0 ? 0 : room / stride + 1
    }
    return Pair(
      extent(input.vertical, kernel.vertical, stride.vertical, padding.vertical, dilation.vertical),
      extent(input.horizontal, kernel.horizontal, stride.horizontal, padding.horizontal, dilation.horizontal))
  }
}

/// The attributes of a max pooling.
package struct Pooling: Sendable, Hashable {
  package var kernel: Pair
  package var stride: Pair
  package var padding: Pair
  /// Round the output size up; a window that would start in the right or bottom padding is dropped.
  package var ceilMode: Bool

  package init(kernel: Pair, stride: Pair, padding: Pair = Pair(0), ceilMode: Bool = false) {
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.ceilMode = ceilMode
  }

  /// The size of the output map.
  package func outputSize(input: Pair) -> Pair {
    func extent(_ size: Int, _ kernel: Int, _ stride: Int, _ padding: Int) -> Int {
      let room = size + 2 * padding - kernel + (ceilMode ? stride - 1 : 0)
      guard room >= 0 else { return 0 }
      var count = room / stride + 1
      if ceilMode, (count - 1) * stride >= size + padding { count -= 1 }
      return count
    }
    return Pair(
      extent(input.vertical, kernel.vertical, stride.vertical, padding.vertical),
      extent(input.horizontal, kernel.horizontal, stride.horizontal, padding.horizontal))
  }
}

/// The attributes of a prior box generator (SSD's default boxes), one level.
package struct PriorBox: Sendable, Hashable {
  /// Height and width of the network's input in pixels.
  package var imageSize: Pair
  package var featureMap: Pair
  /// Pixels of the input per cell.
  package var stride: Pair
  /// Side of the square box in pixels.
  package var minSize: Double
  /// The further boxes' ratios of width to height.
  package var aspectRatios: [Double]
  /// Whether results are clipped to [0, 1].
  package var clip: Bool

  package init(
    imageSize: Pair, featureMap: Pair, stride: Pair, minSize: Double, aspectRatios: [Double], clip: Bool
  ) {
    self.imageSize = imageSize
    self.featureMap = featureMap
    self.stride = stride
    self.minSize = minSize
    self.aspectRatios = aspectRatios
    self.clip = clip
  }

  /// Boxes per cell.
  package var boxesPerCell: Int { 1 + aspectRatios.count }
}

/// The attributes of the final filtering: thresholds and greedy non-maximum suppression per class.
package struct Suppression: Sendable, Hashable {
  package var scoreThreshold: Double
  package var iouThreshold: Double
  package var maxPerClass: Int
  package var objectnessThreshold: Double

  package init(
    scoreThreshold: Double, iouThreshold: Double, maxPerClass: Int, objectnessThreshold: Double
  ) {
    self.scoreThreshold = scoreThreshold
    self.iouThreshold = iouThreshold
    self.maxPerClass = maxPerClass
    self.objectnessThreshold = objectnessThreshold
  }
}
