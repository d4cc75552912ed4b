import Tensors

extension Picture {
  /// The means that EFGRNet's networks subtract from blue, green and red.
  static let meanBGR: [Double] = [104, 117, 123]

  /// The picture as the networks take it: [1,3,size,size] in the order blue, green, red, values 0…255 less
  /// the mean (104, 117, 123).
  ///
  /// Both axes are stretched to `size` by bilinear interpolation with half-pixel centres and clamped edges:
  /// OpenCV's INTER_LINEAR in floating point, without rounding to whole levels in between. Computed in
  /// float64 and rounded once. O(size²).
  ///
  /// - Precondition: `size` is positive.
  package func networkInput(size: Int) -> Tensor<Float> {
    precondition(size > 0, "a network's input is at least one pixel wide")
    let columns = (0..<size).map { SamplingPosition(of: $0, length: width, size: size) }
    let rows = (0..<size).map { SamplingPosition(of: $0, length: height, size: size) }
    var values: [Float] = []
    values.reserveCapacity(3 * size * size)
    for (plane, mean) in Self.meanBGR.enumerated() {
      let channel = 2 - plane
      for row in rows {
        let (above, below) = (row.first * width, row.second * width)
        for column in columns {
          func level(_ line: Int, _ x: Int) -> Double { Double(bytes[3 * (line + x) + channel]) }
          let top = column.between(level(above, column.first), level(above, column.second))
          let bottom = column.between(level(below, column.first), level(below, column.second))
          values.append(Float(row.between(top, bottom) - mean))
        }
      }
    }
    return Tensor(Shape(trusted: [1, 3, size, size]), values: values)
  }
}

/// Where one output pixel lies between two input pixels, along one axis.
private struct SamplingPosition {
  let first: Int
  let second: Int
  /// The second pixel's share.
  private let fraction: Double

  /// Position (i + ½)·length/size − ½, clamped to the picture. As ((2i + 1)·length − size)/(2·size) its
  /// integer part is exact.
  init(of index: Int, length: Int, size: Int) {
    let position = min(max((2 * index + 1) * length - size, 0), 2 * size * (length - 1))
    let (whole, rest) = position.quotientAndRemainder(dividingBy: 2 * size)
    first = whole
    second = min(whole + 1, length - 1)
    fraction = Double(rest) / Double(2 * size)
  }

  func between(_ firstValue: Double, _ secondValue: Double) -> Double {
    firstValue * (1 - fraction) + secondValue * fraction
  }
}
