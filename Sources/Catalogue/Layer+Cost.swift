import Tensors

extension Layer {
  /// The number of parameters: weights, biases and the norm's affine pair. The norm's running statistics are not
  /// counted, as is usual.
  package var parameterCount: Int {
    (parameterShapes.weight?.count ?? 0) + (parameterShapes.bias?.count ?? 0)
      + 2 * (parameterShapes.norm?.count ?? 0)
  }

  /// Multiply–accumulates of the direct algorithm: output elements × products in each. 0 for kinds that are not
  /// sums of products over weights.
  package var macs: Int {
    guard kind.isLinear, let weight = parameterShapes.weight else { return 0 }
    return outputShape.count * productsPerOutput(weight)
  }

  /// K: the products in one output element, C/groups·kh·kw; 0 for kinds that are not linear.
  package var reductionLength: Int {
    guard kind.isLinear, let weight = parameterShapes.weight else { return 0 }
    return productsPerOutput(weight)
  }

  private func productsPerOutput(_ weight: Shape) -> Int { weight[1] * weight[2] * weight[3] }

  /// The bytes that must move at the least: every input and parameter read once, the output written once, in
  /// float32.
  package var bytesMoved: Int {
    let read = inputShapes.reduce(0) { $0 + $1.count }
    let statistics = 2 * (parameterShapes.norm?.count ?? 0)
    return 4 * (read + parameterCount + statistics + outputShape.count)
  }
}
