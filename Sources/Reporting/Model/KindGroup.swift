import History

/// Kinds of layer that a reader thinks of together.
enum KindGroup: String, CaseIterable {
  case convolution, deformable, pooling, elementwise, boxes

  init(kind: String) {
    switch kind {
    case "conv2d": self = .convolution
    case "deform_conv2d": self = .deformable
    case "max_pool2d", "resize_bilinear": self = .pooling
    case "head_permute", "softmax", "prior_box", "decode_boxes", "nms": self = .boxes
    default: self = .elementwise
    }
  }

  var title: String {
    switch self {
    case .convolution: "convolution"
    case .deformable: "deformable convolution"
    case .pooling: "pooling, resizing"
    case .elementwise: "elementwise, norms"
    case .boxes: "heads, boxes"
    }
  }
}
