import Tensors

/// The parameters of one layer, with values.
package struct Parameters<Scalar: Sendable>: Sendable {
  /// The four tensors of a batch norm, one value per channel each.
  package struct Norm: Sendable {
    package let weight: [Scalar]
    package let bias: [Scalar]
    package let runningMean: [Scalar]
    package let runningVariance: [Scalar]

    package init(weight: [Scalar], bias: [Scalar], runningMean: [Scalar], runningVariance: [Scalar]) {
      self.weight = weight
      self.bias = bias
      self.runningMean = runningMean
      self.runningVariance = runningVariance
    }
  }

  /// OIHW for convolutions, [C] for `l2_norm`.
  package var weight: Tensor<Scalar>?
  /// One value per output channel.
  package var bias: [Scalar]?
  package var norm: Norm?

  package init(weight: Tensor<Scalar>? = nil, bias: [Scalar]? = nil, norm: Norm? = nil) {
    self.weight = weight
    self.bias = bias
    self.norm = norm
  }

  /// The shapes, to check against a layer's.
  package var shapes: ParameterShapes {
    ParameterShapes(
      weight: weight?.shape, bias: bias.map { Shape(trusted: [$0.count]) },
      norm: norm.map { Shape(trusted: [$0.weight.count]) })
  }

  /// Every value converted.
  package func map<Other>(_ transform: (Scalar) -> Other) -> Parameters<Other> {
    Parameters<Other>(
      weight: weight?.map(transform), bias: bias?.map(transform),
      norm: norm.map {
        .init(
          weight: $0.weight.map(transform), bias: $0.bias.map(transform),
          runningMean: $0.runningMean.map(transform), runningVariance: $0.runningVariance.map(transform))
      })
  }
}
