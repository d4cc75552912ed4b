import Catalogue
import Tensors

/// What follows a sum, step by step: bias, norm, ReLU, where the layer has them.
struct Finish: Sendable {
  let channel: Int
  let channels: Int
  let parameters: Parameters<Float>
  let epsilon: Float
  let relu: Bool

  var bias: Float? { parameters.bias?[channel] }
  var norm: Parameters<Float>.Norm? { parameters.norm }
  /// The channel that a kernel off by one takes.
  var neighbour: Int { (channel + 1) % channels }

  func biased(_ value: Float) -> Float { bias.map { value + $0 } ?? value }

  func rectified(_ value: Float) -> Float { relu ? rectifiedAlways(value) : value }

  func rectifiedAlways(_ value: Float) -> Float { value < 0 ? 0 : value }

  /// (value − mean)/√(var + ε)·weight + bias.
  func normalized(_ value: Float) -> Float {
    guard let norm else { return value }
    return affine(
      value, norm.runningMean[channel], (norm.runningVariance[channel] + epsilon).squareRoot(),
      norm.weight[channel], norm.bias[channel])
  }

  /// The norm's last step with factors of one's own choice.
  func affine(_ value: Float, _ mean: Float, _ deviation: Float, _ weight: Float, _ bias: Float) -> Float {
    (value - mean) / deviation * weight + bias
  }

  /// Bias, a norm of one's own choice, ReLU.
  func finished(_ sum: Float, normalizedBy change: (Float, Parameters<Float>.Norm) -> Float) -> Float {
    let value = biased(sum)
    return rectified(norm.map { change(value, $0) } ?? value)
  }

  /// All steps in the right order.
  func standard(_ sum: Float) -> Float { rectified(normalized(biased(sum))) }
}

/// A batch norm with its steps laid open.
struct NormFormula: Formula {
  private let probe: Probe
  private let epsilon: Float
  private let relu: Bool
  var finish: @Sendable (Float, Finish) -> Float = { $1.standard($0) }

  init?(_ probe: Probe) {
    guard case .batchNorm2d(let epsilon, let relu) = probe.layer.operation else { return nil }
    self.probe = probe
    self.epsilon = Float(epsilon)
    self.relu = relu
  }

  func evaluate() -> Tensor<Float> {
    let shape = probe.layer.outputShape
    let area = shape[2] * shape[3]
    return Tensor(
      shape,
      values: probe.inputs[0].values.enumerated().map { flat, value in
        finish(
          value,
          Finish(
            channel: flat / area % shape[1], channels: shape[1], parameters: probe.parameters,
            epsilon: epsilon, relu: relu))
      })
  }
}

extension Mechanism {
  /// Another way to finish a sum, of a convolution or, alone, of a batch norm's input.
  static func finish(_ finish: @escaping @Sendable (Float, Finish) -> Float) -> Mechanism {
    .formula { probe in
      if var norm = NormFormula(probe) {
        norm.finish = finish
        return norm.evaluate()
      }
      guard var linear = LinearFormula(probe) else { return nil }
      linear.finish = finish
      return linear.evaluate()
    }
  }
}
