import Tensors

extension Reference {
  /// Softmax over the last axis, any shape: y_i = e^(x_i − m) / Σ_k e^(x_k − m) with m the row's maximum, so
  /// that no power overflows (Blanchard, Higham & Higham, *Accurately computing the log-sum-exp and softmax
  /// functions*, IMA J. Numer. Anal. 41, 2021).
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  static func softmax<Scalar: ReferenceScalar>(_ input: Tensor<Scalar>, threads: Int) -> Tensor<Scalar> {
    let x = input.values
    let classes = input.shape[input.shape.rank - 1]
    let values = inSlices(of: x.count / classes, threads: threads) { rows in
      var slice: [Scalar] = []
      slice.reserveCapacity(rows.count * classes)
      for row in rows {
        let logits = row * classes..<(row + 1) * classes
        var greatest = -Scalar.infinity
        for index in logits { greatest = maximum(greatest, x[index]) }
        var sum: Scalar = 0
        for index in logits { sum += .exp(x[index] - greatest) }
        for index in logits { slice.append(.exp(x[index] - greatest) / sum) }
      }
      return slice
    }
    return Tensor(input.shape, values: values)
  }
}
