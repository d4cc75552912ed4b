import Catalogue

/// The extents of one convolution, plain or deformable, taken from a layer that has checked them.
struct LinearGeometry: Sendable {
  let attributes: Convolution
  let isDeformable: Bool
  let batch: Int
  /// Input channels, all groups.
  let channels: Int
  let map: Pair
  /// Output channels, all groups.
  let filters: Int
  let kernel: Pair
  let outputMap: Pair

  /// The geometry of `layer`, or nil when it is not a convolution.
  init?(_ layer: Layer) {
    switch layer.operation {
    case .conv2d(let convolution):
      attributes = convolution
      isDeformable = false
    case .deformConv2d(let convolution):
      attributes = convolution
      isDeformable = true
    case .maxPool2d, .batchNorm2d, .relu, .sigmoid, .multiply, .add, .concat, .l2Norm, .boxOffsets,
      .objectnessMap, .objectnessModulate, .headPermute, .softmax, .priorBox, .decodeBoxes, .nms,
      .resizeBilinear:
      return nil
    }
    guard let weight = layer.parameterShapes.weight else { return nil }
    let (input, output) = (layer.inputShapes[0], layer.outputShape)
    batch = input[0]
    channels = input[1]
    map = Pair(input[2], input[3])
    filters = weight[0]
    kernel = Pair(weight[2], weight[3])
    outputMap = Pair(output[2], output[3])
  }

  /// Positions of the kernel.
  var taps: Int { kernel.vertical * kernel.horizontal }
  /// Pixels of one output plane.
  var pixels: Int { outputMap.vertical * outputMap.horizontal }
  /// Pixels of one input plane.
  var inputPixels: Int { map.vertical * map.horizontal }
  var channelsPerGroup: Int { channels / attributes.groups }
  var filtersPerGroup: Int { filters / attributes.groups }
  /// K: the products in one output element.
  var reduction: Int { channelsPerGroup * taps }

  /// Whether the input planes are already the columns: one tap, no stride, no padding.
  var isPointwise: Bool {
    !isDeformable && taps == 1 && attributes.stride == Pair(1) && attributes.padding == Pair(0)
  }

  /// Whether BLAS's 32-bit extents hold every matrix, and K·u stays far below 1, so that error bounds exist.
  var isWithinLimits: Bool {
    max(pixels, inputPixels, filters) <= Int(Int32.max) && reduction < 1 << 22
      && max(map.vertical, map.horizontal) < 1 << 22
  }

  /// The input row or column that the tap `tap` of output row or column 0 meets: negative in the padding.
  func originOfRow(tap: Int) -> Int { tap * attributes.dilation.vertical - attributes.padding.vertical }
  func originOfColumn(tap: Int) -> Int {
    tap * attributes.dilation.horizontal - attributes.padding.horizontal
  }
}
