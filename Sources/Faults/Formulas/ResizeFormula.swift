import Catalogue
import Tensors

/// A bilinear resizing with its decisions laid open.
struct ResizeFormula: Formula {
  /// The two rows or columns that one of the output lies between, and their weights.
  struct Neighbours {
    var first: Int
    var second: Int
    var firstWeight: Float
    var secondWeight: Float

    /// Half-pixel centres, edge clamp, in whole numbers.
    init(of index: Int, length: Int, size: Int) {
      let position = min(max((2 * index + 1) * length - size, 0), 2 * size * (length - 1))
      let (whole, rest) = position.quotientAndRemainder(dividingBy: 2 * size)
      first = whole
      second = min(whole + 1, length - 1)
      firstWeight = Float(2 * size - rest) / Float(2 * size)
      secondWeight = Float(rest) / Float(2 * size)
    }

    /// Around a position of one's own choice, with the edge clamped.
    init(at position: Double, length: Int) {
      let place = min(max(position, 0), Double(length - 1))
      first = Int(place.rounded(.down))
      second = min(first + 1, length - 1)
      secondWeight = Float(place - Double(first))
      firstWeight = 1 - secondWeight
    }
  }

  private let probe: Probe
  var neighbours: @Sendable (_ index: Int, _ length: Int, _ size: Int) -> Neighbours = {
    Neighbours(of: $0, length: $1, size: $2)
  }

  init?(_ probe: Probe) {
    guard case .resizeBilinear = probe.layer.operation else { return nil }
    self.probe = probe
  }

  func evaluate() -> Tensor<Float> {
    let (input, shape) = (probe.inputs[0], probe.layer.outputShape)
    let (height, width) = (input.shape[2], input.shape[3])
    let rows = (0..<shape[2]).map { neighbours($0, height, shape[2]) }
    let columns = (0..<shape[3]).map { neighbours($0, width, shape[3]) }
    let x = input.values
    let values = (0..<(shape[0] * shape[1])).flatMap { plane in
      rows.flatMap { row in
        columns.map { column -> Float in
          func across(_ line: Int) -> Float {
            let start = (plane * height + line) * width
            return x[start + column.first] * column.firstWeight + x[start + column.second]
              * column.secondWeight
          }
          return across(row.first) * row.firstWeight + across(row.second) * row.secondWeight
        }
      }
    }
    return Tensor(shape, values: values)
  }
}
