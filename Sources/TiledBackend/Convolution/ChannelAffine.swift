import Catalogue
import Tensors

/// Bias and batch norm folded into one scale and one shift per output channel, worked out in Double and rounded once:
/// y = sum·scale + shift, scale = γ/√(var + ε), shift = β + (bias − mean)·scale.
struct ChannelAffine {
  let scale: [Float]
  let shift: [Float]
  /// Roundings after the sum, in the sense of ``ErrorModel/height``. Plain: none. Bias: the addition. Norm: scale and
  /// shift are each rounded once, and sum·scale + shift rounds once (fused) or twice; counted as three either way.
  let roundings: Int

  /// x·1 + (−0): every float stays what it is, −0 too.
  init(identity channels: Int) {
    scale = [Float](repeating: 1, count: channels)
    shift = [Float](repeating: -0.0, count: channels)
    roundings = 0
  }

  init(channels: Int, _ parameters: Parameters<Float>, epsilon: Double) {
    let bias = parameters.bias ?? [Float](repeating: 0, count: channels)
    guard let norm = parameters.norm else {
      scale = [Float](repeating: 1, count: channels)
      shift = bias
      roundings = parameters.bias == nil ? 0 : 1
      return
    }
    var scale: [Float] = []
    var shift: [Float] = []
    for channel in 0..<channels {
      let factor =
        Double(norm.weight[channel]) / (Double(norm.runningVariance[channel]) + epsilon).squareRoot()
      let offset = (Double(bias[channel]) - Double(norm.runningMean[channel])) * factor
      scale.append(Float(factor))
      shift.append(Float(Double(norm.bias[channel]) + offset))
    }
    self.scale = scale
    self.shift = shift
    roundings = 3
  }
}
