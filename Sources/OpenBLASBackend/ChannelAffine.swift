import Catalogue

/// What follows the sum of products, per output channel: bias and norm folded into acc·scale + shift, in float64
/// from the float32 parameters.
struct ChannelAffine: Sendable {
  /// s = bn.weight/√(var + eps), or 1 without a norm.
  let scale: [Double]
  /// (bias − mean)·s + bn.bias, or the bias alone.
  let shift: [Double]
  /// (|bias| + |mean|)·|s| + |bn.bias|: what the shift adds to the magnitude.
  let shiftMagnitude: [Double]

  init(_ parameters: Parameters<Float>, filters: Int, epsilon: Double) {
    let bias = parameters.bias.map { $0.map(Double.init) } ?? [Double](repeating: 0, count: filters)
    guard let norm = parameters.norm else {
      scale = [Double](repeating: 1, count: filters)
      shift = bias
      shiftMagnitude = bias.map(\.magnitude)
      return
    }
    scale = zip(norm.weight, norm.runningVariance).map { weight, variance in
      Double(weight) / (Double(variance) + epsilon).squareRoot()
    }
    var shift: [Double] = []
    var shiftMagnitude: [Double] = []
    for (channel, factor) in scale.enumerated() {
      let (bias, mean) = (bias[channel], Double(norm.runningMean[channel]))
      let normBias = Double(norm.bias[channel])
      shift.append((bias - mean) * factor + normBias)
      shiftMagnitude.append(
        (bias.magnitude + mean.magnitude) * factor.magnitude + normBias.magnitude)
    }
    self.shift = shift
    self.shiftMagnitude = shiftMagnitude
  }
}

/// The last step of a float32 plan, in place: acc·scale + shift, then ReLU.
struct Epilogue: Sendable {
  private let scale: [Float]
  private let shift: [Float]
  private let relu: Bool
  private let isIdentity: Bool
  /// The roundings that a product passes here. With a norm 3: the scale's conversion to float32, the
  /// multiplication, the addition. With a bias alone 1: the addition; multiplying by 1 is exact. Without either 0.
  /// The shift itself passes 2 with a norm: its conversion and the addition.
  ///
  /// The float64 roundings within scale and shift, below 8·2⁻⁵³ relative to the magnitude in all, need no rounding
  /// of their own. n roundings are (1+u)ⁿ − 1 ≤ n·u + n(n−1)/2·u²/(1 − n·u), and γₙ ≥ n·u + n²·u²/(1 − n·u), so the
  /// bound has at least n(n+1)/2·u² to spare, and with a norm n ≥ 4: 10·2⁻⁴⁸.
  let height: Int

  init(_ parameters: Parameters<Float>, filters: Int, attributes: Convolution) {
    let affine = ChannelAffine(parameters, filters: filters, epsilon: attributes.normEpsilon)
    scale = affine.scale.map { Float($0) }
    shift = affine.shift.map { Float($0) }
    relu = attributes.relu
    height = parameters.norm != nil ? 3 : parameters.bias != nil ? 1 : 0
    isIdentity = height == 0 && !relu
  }

  /// Finishes `pixels` of every plane of one picture.
  ///
  /// - Parameters:
  ///   - picture: the first of the picture's output planes.
  ///   - planeSize: elements from one plane to the next.
  func apply(_ picture: UnsafeMutablePointer<Float>, planeSize: Int, pixels: Range<Int>, threads: Int) {
    guard !isIdentity else { return }
    forEachSlice(of: scale.count, threads: threads) { channels in
      for channel in channels {
        let values = picture + channel * planeSize
        let (scale, shift) = (scale[channel], shift[channel])
        if relu {
          for pixel in pixels {
            let value = values[pixel] * scale + shift
            values[pixel] = value < 0 ? 0 : value
          }
        } else {
          for pixel in pixels { values[pixel] = values[pixel] * scale + shift }
        }
      }
    }
  }
}
