import Catalogue

/// What follows the sum of a convolution: bias, norm and ReLU, where the layer has them.
///
/// y = relu?((sum + bias? − mean)/√(var + ε)·weight + bn.bias), the inference form of batch normalisation
/// (Ioffe & Szegedy, ICML 2015, algorithm 2).
struct Epilogue<Scalar: ReferenceScalar>: Sendable {
  private let bias: [Scalar]?
  private let norm: Parameters<Scalar>.Norm?
  private let epsilon: Scalar
  private let relu: Bool

  init(_ convolution: Convolution, _ parameters: Parameters<Scalar>) {
    bias = parameters.bias
    norm = parameters.norm
    epsilon = Scalar(convolution.normEpsilon)
    relu = convolution.relu
  }

  /// The output element of `channel` whose products add up to `sum`.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  func callAsFunction(_ sum: Scalar, channel: Int) -> Scalar {
    var value = sum
    if let bias { value += bias[channel] }
    if let norm { value = normalized(value, norm, channel: channel, epsilon: epsilon) }
    return relu ? rectified(value) : value
  }
}
