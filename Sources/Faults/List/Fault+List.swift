import Catalogue

extension Fault {
  /// Every seeded fault.
  package static let all: [Fault] =
    windows + borders + sums + precision + weights + epilogue + norms + sampling + tails + tiles + pooling
    + elementwise + layouts + scores + priors + decoding + suppression + resizing + winograd

  /// Those that kernels of `kind` could hold.
  package static func all(of kind: LayerKind) -> [Fault] { all.filter { $0.kinds.contains(kind) } }
}

extension LayerKind {
  /// Sums of products over weights.
  static let sums: [LayerKind] = [.conv2d, .deformConv2d]
  /// Kinds with a batch norm.
  static let normed: [LayerKind] = [.conv2d, .deformConv2d, .batchNorm2d]
  /// Kinds whose outputs are maps of several channels.
  static let channelMaps: [LayerKind] = [
    .conv2d, .deformConv2d, .maxPool2d, .batchNorm2d, .relu, .sigmoid, .multiply, .add, .concat, .l2Norm,
    .boxOffsets, .objectnessModulate, .resizeBilinear,
  ]
  /// Kinds with arrays for outputs, whose extents do not depend on data.
  static let arrays: [LayerKind] =
    channelMaps + [.objectnessMap, .headPermute, .softmax, .priorBox, .decodeBoxes]
}

extension Pair {
  static func + (left: Pair, right: Pair) -> Pair {
    Pair(left.vertical + right.vertical, left.horizontal + right.horizontal)
  }

  var swapped: Pair { Pair(horizontal, vertical) }
}
