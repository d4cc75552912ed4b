import Tensors

extension Reference {
  /// The logistic function, any shape: y = 1/(1 + e⁻ˣ).
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  static func sigmoid<Scalar: ReferenceScalar>(_ input: Tensor<Scalar>, threads: Int) -> Tensor<Scalar> {
    let x = input.values
    let values = inSlices(of: x.count, threads: threads) { $0.map { logistic(x[$0]) } }
    return Tensor(input.shape, values: values)
  }
}
