import Tensors

/// A box by its corners, in pixels from the top left; x to the right, y down.
package struct Box: Sendable, Hashable {
  package var left: Float
  package var top: Float
  package var right: Float
  package var bottom: Float

  package init(left: Float, top: Float, right: Float, bottom: Float) {
    self.left = left
    self.top = top
    self.right = right
    self.bottom = bottom
  }

  /// The same box in a picture that is `horizontal` times as wide and `vertical` times as high.
  package func scaled(horizontal: Float, vertical: Float) -> Box {
    Box(
      left: left * horizontal, top: top * vertical, right: right * horizontal, bottom: bottom * vertical)
  }
}

/// One object that a network has found.
package struct Detection: Sendable, Hashable {
  /// The class's number; 0 is the background and never detected.
  package var label: Int
  /// 0…1.
  package var score: Float
  package var box: Box

  package init(label: Int, score: Float, box: Box) {
    self.label = label
    self.score = score
    self.box = box
  }

  /// The rows of an `nms` layer's output, [K,6] as (class, score, x1, y1, x2, y2), in order.
  ///
  /// - Precondition: the tensor has six columns of finite values.
  package static func all(in output: Tensor<Float>) -> [Detection] {
    precondition(output.shape.rank == 2 && output.shape[1] == 6, "detections are [K,6], not \(output.shape)")
    return (0..<output.shape[0]).map { row in
      let values = output.values[6 * row..<6 * row + 6]
      let first = values.startIndex
      return Detection(
        label: Int(values[first]), score: values[first + 1],
        box: Box(
          left: values[first + 2], top: values[first + 3], right: values[first + 4],
          bottom: values[first + 5]))
    }
  }
}
