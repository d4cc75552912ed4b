import Catalogue
import Foundation
import Tensors

/// A softmax with its decisions laid open.
struct SoftmaxFormula: Formula {
  private let probe: Probe
  /// What is subtracted from a row before the powers are taken.
  var shift: @Sendable ([Float]) -> Float = { $0.max() ?? 0 }
  var power: @Sendable (Float) -> Float = { exp($0) }
  var divisor: @Sendable ([Float]) -> Float = { $0.reduce(0, +) }

  init?(_ probe: Probe) {
    guard case .softmax = probe.layer.operation else { return nil }
    self.probe = probe
  }

  func evaluate() -> Tensor<Float> {
    let shape = probe.layer.outputShape
    let length = shape[shape.rank - 1]
    let values = stride(from: 0, to: shape.count, by: length).flatMap { first -> [Float] in
      let logits = Array(probe.inputs[0].values[first..<(first + length)])
      let subtrahend = shift(logits)
      let powers = logits.map { power($0 - subtrahend) }
      let sum = divisor(powers)
      return powers.map { $0 / sum }
    }
    return Tensor(shape, values: values)
  }
}

/// An L2 norm with its decisions laid open.
struct L2NormFormula: Formula {
  private let probe: Probe
  private let weight: [Float]
  private let epsilon: Float
  /// The divisor, from the elements that a position's norm is taken of.
  var divisor: @Sendable ([Float], _ epsilon: Float) -> Float = { values, epsilon in
    values.reduce(0) { $0 + $1 * $1 }.squareRoot() + epsilon
  }
  /// Whether the norm is taken over a channel's positions instead of a position's channels.
  var isOverPositions = false
  var scale: @Sendable (_ weight: [Float], _ channel: Int) -> Float = { $0[$1] }

  init?(_ probe: Probe) {
    guard case .l2Norm(let epsilon) = probe.layer.operation, let weight = probe.parameters.weight else {
      return nil
    }
    self.probe = probe
    self.weight = weight.values
    self.epsilon = Float(epsilon)
  }

  func evaluate() -> Tensor<Float> {
    let shape = probe.layer.outputShape
    let (channels, area) = (shape[1], shape[2] * shape[3])
    let x = probe.inputs[0].values
    let values = x.indices.map { flat -> Float in
      let (plane, cell) = flat.quotientAndRemainder(dividingBy: area)
      let first = plane / channels * channels * area
      let group =
        isOverPositions
        ? Array(x[(plane * area)..<((plane + 1) * area)])
        : (0..<channels).map { x[first + $0 * area + cell] }
      return x[flat] / divisor(group, epsilon) * scale(weight, plane % channels)
    }
    return Tensor(shape, values: values)
  }
}

/// An objectness map with its decisions laid open.
struct ObjectnessFormula: Formula {
  private let probe: Probe
  /// The channels of the object logits, of so many.
  var logits: @Sendable (_ channels: Int) -> [Int] = { Array(stride(from: 1, to: $0, by: 2)) }
  var choose: @Sendable ([Float]) -> Float = { $0.max() ?? 0 }
  var squash: @Sendable (Float) -> Float = { 1 / (1 + exp(-$0)) }

  init?(_ probe: Probe) {
    guard case .objectnessMap = probe.layer.operation else { return nil }
    self.probe = probe
  }

  func evaluate() -> Tensor<Float> {
    let (input, shape) = (probe.inputs[0], probe.layer.outputShape)
    let area = shape[2] * shape[3]
    let values = (0..<shape.count).map { flat -> Float in
      let (image, cell) = flat.quotientAndRemainder(dividingBy: area)
      return squash(
        choose(
          logits(input.shape[1]).map { input.values[(image * input.shape[1] + $0) * area + cell] }))
    }
    return Tensor(shape, values: values)
  }
}
