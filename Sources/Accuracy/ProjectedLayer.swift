import Backends
import Catalogue
import Tensors

/// A convolution whose output channels are added up with random signs, in float64.
struct ProjectedLayer: Sendable {
  private let shape: Shape
  private let columns: WindowColumns
  private let groups: Int
  /// r_o, ±1.
  private let signs: [Double]
  /// Σ_o r_o·s_o·W_o and Σ_o |s_o·W_o|, per group in the order of the weights.
  private let filters: [[Double]]
  private let reaches: [[Double]]
  /// Σ_o r_o·((bias_o − mean_o)·s_o + bn.bias_o), and the same with absolute values.
  private let shift: Double
  private let shiftReach: Double
  /// γ_h, and with it the roundings of the check itself.
  private let gamma: Double
  private let factor: Double
  /// What underflow can cost all channels of a pixel.
  private let floor: Double
  /// Σ_o M_o at every pixel where the plan sums other terms than these products; see ``WinogradMagnitudes``.
  private let ownMagnitudes: [Double]?

  /// - Returns: nil for kinds that are not linear, and behind a ReLU.
  init?(
    _ layer: Layer, _ model: ErrorModel, _ inputs: [Tensor<Float>], _ parameters: Parameters<Float>,
    seed: UInt64
  ) {
    guard let convolution = layer.convolution, !convolution.relu, let weight = parameters.weight else {
      return nil
    }
    shape = layer.outputShape
    groups = convolution.groups
    columns = WindowColumns(
      input: inputs[0], offset: layer.kind == .deformConv2d ? inputs[1] : nil, convolution: convolution,
      kernel: Pair(weight.shape[2], weight.shape[3]), channels: weight.shape[1],
      coordinates: model.coordinates)
    let signs = Self.signs(shape[1], seed: seed)
    self.signs = signs
    let scales =
      parameters.norm == nil ? [Double](repeating: 1, count: shape[1]) : layer.normScales(parameters)
    let length = weight.shape.count / weight.shape[0]
    let perGroup = shape[1] / convolution.groups
    func sums(_ weigh: (_ channel: Int, _ value: Double) -> Double) -> [[Double]] {
      (0..<convolution.groups).map { group in
        var sum = [Double](repeating: 0, count: length)
        for channel in (group * perGroup)..<((group + 1) * perGroup) {
          for place in 0..<length {
            sum[place] += weigh(channel, scales[channel] * Double(weight.values[channel * length + place]))
          }
        }
        return sum
      }
    }
    filters = sums { signs[$0] * $1 }
    reaches = sums { abs($1) }
    let shifts = Self.shifts(parameters, scales)
    shift = zip(signs, shifts.values).reduce(0) { $0 + $1.0 * $1.1 }
    shiftReach = shifts.reaches.reduce(0, +)
    gamma = RoundingFactor.guaranteed(model.height)
    factor = gamma + 2 * RoundingFactor.float64(shape[1] + groups * length + 32)
    ownMagnitudes = model.winograd.flatMap {
      WinogradMagnitudes(layer, inputs, parameters, $0)?.sumsOverOutputs()
    }
    let empty = Truth(shape: shape, indices: [], values: [])
    floor =
      Double(shape[1])
      * Analysis(layer: layer, model: model, inputs: inputs, parameters: parameters, truth: empty).underflow()
  }

  private static func signs(_ count: Int, seed: UInt64) -> [Double] {
    var signs: [Double] = []
    Philox(key: seed, stream: 0).forEachWord(count: count) { _, word in signs.append(word & 1 == 0 ? 1 : -1) }
    return signs
  }

  /// What bias and norm add to each channel, and the magnitude of that.
  private static func shifts(
    _ parameters: Parameters<Float>, _ scales: [Double]
  ) -> (values: [Double], reaches: [Double]) {
    let bias = parameters.bias?.map(Double.init) ?? [Double](repeating: 0, count: scales.count)
    guard let norm = parameters.norm else { return (bias, bias.map { abs($0) }) }
    var (values, reaches): ([Double], [Double]) = ([], [])
    for (channel, scale) in scales.enumerated() {
      let (mean, shift) = (Double(norm.runningMean[channel]), Double(norm.bias[channel]))
      values.append((bias[channel] - mean) * scale + shift)
      reaches.append((abs(bias[channel]) + abs(mean)) * abs(scale) + abs(shift))
    }
    return (values, reaches)
  }

  /// Compares the pixels of one row, counted over the batch's pictures.
  func compare(row: Int, of output: Tensor<Float>) -> RowComparison {
    let (image, y) = row.quotientAndRemainder(dividingBy: shape[2])
    let area = shape[2] * shape[3]
    var comparison = RowComparison()
    var column = WindowColumn(length: filters[0].count)
    for x in 0..<shape[3] {
      var sum = 0.0
      for channel in 0..<shape[1] {
        let place = (image * shape[1] + channel) * area + y * shape[3] + x
        sum += signs[channel] * Double(output.values[place])
      }
      var (truth, magnitude, displacement) = (shift, shiftReach, 0.0)
      for group in 0..<groups {
        columns.fill(&column, image: image, row: y, column: x, group: group)
        for place in column.samples.indices {
          truth += filters[group][place] * column.samples[place]
          magnitude += reaches[group][place] * column.magnitudes[place]
          displacement += reaches[group][place] * column.displacements[place]
        }
      }
      magnitude = ownMagnitudes?[row * shape[3] + x] ?? magnitude
      comparison.add(
        difference: abs(sum - truth),
        tolerance: factor * magnitude + (1 + gamma) * displacement + floor)
    }
    return comparison
  }
}
