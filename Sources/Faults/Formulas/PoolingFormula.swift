import Catalogue
import Tensors

/// A max pooling with its decisions laid open.
struct PoolingFormula: Formula {
  private let probe: Probe
  var pooling: Pooling
  /// The value that the padding counts as; nil leaves it out.
  var outside: Float?
  var start = -Float.infinity
  var combine: @Sendable (Float, Float) -> Float = { $0 > $1 || $0.isNaN ? $0 : $1 }
  /// The element of a plane at a position, on the map or, where `outside` is nil and this is set, beside it.
  var read: (@Sendable (Plane, Int, Int) -> Float)?
  var finish: @Sendable (Float, _ count: Int) -> Float = { value, _ in value }

  init?(_ probe: Probe) {
    guard case .maxPool2d(let pooling) = probe.layer.operation else { return nil }
    self.probe = probe
    self.pooling = pooling
  }

  func evaluate() -> Tensor<Float> {
    let (input, shape) = (probe.inputs[0], probe.layer.outputShape)
    let area = shape[2] * shape[3]
    let values = (0..<shape.count).map { flat in
      let (number, pixel) = flat.quotientAndRemainder(dividingBy: area)
      let plane = Plane(
        values: input.values, start: number * input.shape[2] * input.shape[3], height: input.shape[2],
        width: input.shape[3])
      let (row, column) = pixel.quotientAndRemainder(dividingBy: shape[3])
      return pooled(
        plane, top: row * pooling.stride.vertical - pooling.padding.vertical,
        left: column * pooling.stride.horizontal - pooling.padding.horizontal)
    }
    return Tensor(shape, values: values)
  }

  private func pooled(_ plane: Plane, top: Int, left: Int) -> Float {
    var (best, count) = (start, 0)
    for p in 0..<pooling.kernel.vertical {
      for q in 0..<pooling.kernel.horizontal {
        guard let value = value(plane, top + p, left + q) else { continue }
        best = combine(best, value)
        count += 1
      }
    }
    return finish(best, count)
  }

  private func value(_ plane: Plane, _ y: Int, _ x: Int) -> Float? {
    plane.contains(y, x) ? plane[y, x] : outside ?? read?(plane, y, x)
  }
}
