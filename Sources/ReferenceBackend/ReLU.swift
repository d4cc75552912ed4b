import Tensors

extension Reference {
  /// The rectifier, any shape: y = max(x, 0).
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  static func relu<Scalar: ReferenceScalar>(_ input: Tensor<Scalar>, threads: Int) -> Tensor<Scalar> {
    let x = input.values
    let values = inSlices(of: x.count, threads: threads) { $0.map { rectified(x[$0]) } }
    return Tensor(input.shape, values: values)
  }
}
