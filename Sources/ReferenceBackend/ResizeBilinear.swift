import Tensors

extension Reference {
  /// Bilinear resizing with half-pixel centres and clamped edges, [N,C,H,W] → [N,C,Ho,Wo], as OpenCV's
  /// INTER_LINEAR: output i lies at (i + ½)·H/Ho − ½ of the input, moved into [0, H − 1], and weighs its two
  /// neighbours by nearness, first along the row, then along the column.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  static func resizeBilinear<Scalar: ReferenceScalar>(
    _ input: Tensor<Scalar>, output: Shape, threads: Int
  ) -> Tensor<Scalar> {
    let x = input.values
    let (height, width) = (input.shape[2], input.shape[3])
    let rows = (0..<output[2]).map { Neighbours<Scalar>(of: $0, length: height, size: output[2]) }
    let columns = (0..<output[3]).map { Neighbours<Scalar>(of: $0, length: width, size: output[3]) }
    let values = inSlices(of: output[0] * output[1], threads: threads) { planes in
      var slice: [Scalar] = []
      slice.reserveCapacity(planes.count * output[2] * output[3])
      for plane in planes {
        for row in rows {
          let (above, below) = ((plane * height + row.first) * width, (plane * height + row.second) * width)
          for column in columns {
            let top =
              x[above + column.first] * column.firstWeight + x[above + column.second] * column.secondWeight
            let bottom =
              x[below + column.first] * column.firstWeight + x[below + column.second] * column.secondWeight
            slice.append(top * row.firstWeight + bottom * row.secondWeight)
          }
        }
      }
      return slice
    }
    return Tensor(output, values: values)
  }

  /// The two input elements that one output element lies between, along one axis, and their weights.
  private struct Neighbours<Scalar: ReferenceScalar>: Sendable {
    let first: Int
    let second: Int
    let firstWeight: Scalar
    let secondWeight: Scalar

    /// The position (i + ½)·length/size − ½ is ((2i + 1)·length − size)/(2·size): in whole numbers its
    /// integer part is exact and each weight is one rounded division.
    init(of index: Int, length: Int, size: Int) {
      let position = min(max((2 * index + 1) * length - size, 0), 2 * size * (length - 1))
      let (whole, rest) = position.quotientAndRemainder(dividingBy: 2 * size)
      first = whole
      second = min(whole + 1, length - 1)
      firstWeight = Scalar(2 * size - rest) / Scalar(2 * size)
      secondWeight = Scalar(rest) / Scalar(2 * size)
    }
  }
}
