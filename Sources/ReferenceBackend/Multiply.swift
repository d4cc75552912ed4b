import Tensors

extension Reference {
  /// Elementwise product of two tensors of one shape: y = relu?(a · b).
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  static func multiply<Scalar: ReferenceScalar>(
    _ first: Tensor<Scalar>, _ second: Tensor<Scalar>, relu: Bool, threads: Int
  ) -> Tensor<Scalar> {
    let (a, b) = (first.values, second.values)
    let values = inSlices(of: a.count, threads: threads) {
      $0.map { relu ? rectified(a[$0] * b[$0]) : a[$0] * b[$0] }
    }
    return Tensor(first.shape, values: values)
  }
}
