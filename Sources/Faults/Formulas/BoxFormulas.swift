import Catalogue
import Foundation
import Tensors

/// A box in centre form.
struct CentredBox {
  var x: Float
  var y: Float
  var width: Float
  var height: Float

  var elements: [Float] { [x, y, width, height] }
}

/// A prior box generator with its decisions laid open.
struct PriorFormula: Formula {
  private let probe: Probe
  var prior: PriorBox
  /// Where in its cell a centre lies.
  var cellOffset: Float = 0.5
  /// The width and height that a ratio gives a square, from the square's side and the ratio's root.
  var width: @Sendable (Float, Float) -> Float = { $0 * $1 }
  var height: @Sendable (Float, Float) -> Float = { $0 / $1 }
  var root: @Sendable (Float) -> Float = { $0.squareRoot() }
  /// A box's four elements.
  var elements: @Sendable (CentredBox) -> [Float] = { $0.elements }
  var isColumnMajor = false
  var squareComesLast = false

  init?(_ probe: Probe) {
    guard case .priorBox(let prior) = probe.layer.operation else { return nil }
    self.probe = probe
    self.prior = prior
  }

  func evaluate() -> Tensor<Float> {
    let (rows, columns) = (prior.featureMap.vertical, prior.featureMap.horizontal)
    let values = (0..<(rows * columns)).flatMap { cell in
      isColumnMajor
        ? boxes(row: cell % rows, column: cell / rows) : boxes(row: cell / columns, column: cell % columns)
    }
    return Tensor(
      probe.layer.outputShape, values: prior.clip ? values.map { min(max($0, 0), 1) } : values)
  }

  private func boxes(row: Int, column: Int) -> [Float] {
    let (imageHeight, imageWidth) = (Float(prior.imageSize.vertical), Float(prior.imageSize.horizontal))
    let size = Float(prior.minSize)
    let x = (Float(column) + cellOffset) * Float(prior.stride.horizontal) / imageWidth
    let y = (Float(row) + cellOffset) * Float(prior.stride.vertical) / imageHeight
    let square = CentredBox(x: x, y: y, width: size / imageWidth, height: size / imageHeight)
    let others = prior.aspectRatios.map { ratio in
      let root = root(Float(ratio))
      return CentredBox(
        x: x, y: y, width: width(size, root) / imageWidth, height: height(size, root) / imageHeight)
    }
    return (squareComesLast ? others + [square] : [square] + others).flatMap(elements)
  }
}

/// A two-step decoding with its decisions laid open.
struct DecodeFormula: Formula {
  private let probe: Probe
  var centreVariance: Float
  var sizeVariance: Float
  /// The inputs whose regressions are applied, in order.
  var steps = [0, 1]
  var growth: @Sendable (Float) -> Float = { exp($0) }
  /// One step's new centre, from the old one, the regression times its variance, and the size before the step.
  var moved: @Sendable (Float, Float, Float) -> Float = { $0 + $1 * $2 }
  /// The size that a step's centre is moved by, from the prior's and the refined one.
  var measure: @Sendable (_ prior: Float, _ refined: Float) -> Float = { $1 }
  /// Which of the four regressions are dx, dy, dw, dh.
  var order = [0, 1, 2, 3]
  /// The prior's centre form from its four stored elements.
  var priorForm: @Sendable ([Float]) -> [Float] = { $0 }
  var corners: @Sendable (CentredBox) -> [Float] = {
    [$0.x - $0.width / 2, $0.y - $0.height / 2, $0.x + $0.width / 2, $0.y + $0.height / 2]
  }

  init?(_ probe: Probe) {
    guard case .decodeBoxes(let centre, let size) = probe.layer.operation else { return nil }
    self.probe = probe
    centreVariance = Float(centre)
    sizeVariance = Float(size)
  }

  func evaluate() -> Tensor<Float> {
    let count = probe.inputs[2].shape[0]
    let boxes = probe.layer.outputShape.count / 4
    return Tensor(
      probe.layer.outputShape, values: (0..<boxes).flatMap { corners(decoded($0, prior: $0 % count)) })
  }

  private func decoded(_ number: Int, prior: Int) -> CentredBox {
    let form = priorForm(Array(probe.inputs[2].values[(4 * prior)..<(4 * prior + 4)]))
    var box = CentredBox(x: form[0], y: form[1], width: form[2], height: form[3])
    for step in steps {
      let loc = order.map { probe.inputs[step].values[4 * number + $0] }
      box.x = moved(box.x, loc[0] * centreVariance, measure(form[2], box.width))
      box.y = moved(box.y, loc[1] * centreVariance, measure(form[3], box.height))
      box.width *= growth(loc[2] * sizeVariance)
      box.height *= growth(loc[3] * sizeVariance)
    }
    return box
  }
}
