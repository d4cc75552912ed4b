import Tensors

/// What is known of a layer's true output: every element, or a sample of them, computed in float64 from the float32
/// inputs.
package struct Truth: Sendable {
  /// The whole output's shape, also where only a sample is known.
  package let shape: Shape
  /// The flat row-major indices of the elements that are known; nil means all, in order.
  package let indices: [Int]?
  /// The true values, one per known element.
  package let values: [Double]
  /// For linear kinds, one per known element: the same sum with every factor replaced by its absolute value, before
  /// ReLU. M = Σ|w||x| + |bias|; with a norm M = (M + |mean|)·|s| + |bn.bias|, s = bn.weight/√(var + eps).
  package let magnitudes: [Double]?
  /// Random projections over every element of the output, known or not: p_j = Σ_i s_ij·y_i with the signs of
  /// golden-format.md.
  package let projections: [Double]?

  /// - Precondition: the arrays have one entry per known element.
  package init(
    shape: Shape, indices: [Int]? = nil, values: [Double], magnitudes: [Double]? = nil,
    projections: [Double]? = nil
  ) {
    precondition(values.count == indices?.count ?? shape.count)
    precondition(magnitudes == nil || magnitudes?.count == values.count)
    self.shape = shape
    self.indices = indices
    self.values = values
    self.magnitudes = magnitudes
    self.projections = projections
  }

  /// The flat index of known element `position`.
  package func flatIndex(_ position: Int) -> Int { indices?[position] ?? position }
}
