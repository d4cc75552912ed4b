import Tensors

/// Where one input of a layer comes from. Apart from layers, values travel through nothing but views: an output is
/// seen in the shape that its consumer declares, row-major.
package enum Source: Sendable, Hashable {
  /// The network's input picture, [1,3,S,S].
  case image
  /// The output of the layer of that name.
  case output(of: String)
  /// One column of the last axis of a layer's output.
  case column(Int, of: String)
  /// A tensor whose rows are (width, height, width, height) of the picture in pixels: it turns relative corners
  /// into pixels.
  case pixelScale
}

/// A layer in its place in a network.
package struct Step: Sendable, Hashable {
  package let layer: Layer
  /// One source per input of the layer.
  package let sources: [Source]

  package init(layer: Layer, sources: [Source]) {
    self.layer = layer
    self.sources = sources
  }
}

/// A network as data: its layers in an order in which they can run.
package struct Network: Sendable, Hashable {
  package let name: String
  /// The side of the square input picture in pixels.
  package let imageSize: Int
  /// Classes, background included.
  package let classes: Int
  package let steps: [Step]

  package init(name: String, imageSize: Int, classes: Int, steps: [Step]) {
    self.name = name
    self.imageSize = imageSize
    self.classes = classes
    self.steps = steps
  }

  package var layers: [Layer] { steps.map(\.layer) }

  /// The number of priors P: the rows of the layer called `priors`.
  package var priorCount: Int { layers.first { $0.name == "priors" }?.outputShape[1] ?? 0 }

  /// The layers whose names match `glob` (nil: all), in order.
  package func steps(matching glob: String?) -> [Step] {
    guard let glob else { return steps }
    let pattern = Glob(glob)
    return steps.filter { pattern.matches($0.layer.name) }
  }
}
