import Catalogue

/// What bias and norm make of a sum's magnitude: M + |bias|, then (M + |mean|)·|s| + |shift| (golden-format.md).
struct MagnitudeEpilogue: Sendable {
  private let bias: [Float]?
  private let norm: Parameters<Float>.Norm?
  private let scales: [Double]

  init(_ layer: Layer, _ parameters: Parameters<Float>) {
    bias = parameters.bias
    norm = parameters.norm
    scales = layer.normScales(parameters)
  }

  /// |s| of a channel, 1 without a norm.
  func scale(_ channel: Int) -> Double { norm == nil ? 1 : abs(scales[channel]) }

  func magnitude(_ sum: Double, _ channel: Int) -> Double {
    var magnitude = sum
    if let bias { magnitude += abs(Double(bias[channel])) }
    if let norm {
      let mean = abs(Double(norm.runningMean[channel]))
      magnitude = (magnitude + mean) * abs(scales[channel]) + abs(Double(norm.bias[channel]))
    }
    return magnitude
  }
}
