import Tensors

extension Reference {
  /// Tensors joined along axis 1: [N,C₁,…], [N,C₂,…] … → [N,C₁+C₂+…,…]. Copies alone, on one thread.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  static func concat<Scalar: ReferenceScalar>(_ inputs: [Tensor<Scalar>], output: Shape) -> Tensor<Scalar> {
    var values: [Scalar] = []
    values.reserveCapacity(output.count)
    for image in 0..<output[0] {
      for input in inputs {
        let block = input.shape.count / output[0]
        values += input.values[image * block..<(image + 1) * block]
      }
    }
    return Tensor(output, values: values)
  }
}
