import Backends
import Catalogue
import Foundation
import Tensors

/// A convolution whose output channels are added up with random signs, in float64.
struct ProjectedLayer: Sendable {
  let shape: Shape
  let convolution: Convolution
  let kernel: Pair
  /// The input channels of one group.
  let channels: Int
  var relu: Bool { convolution.relu }
  var groups: Int { convolution.groups }
  /// r_o, ±1.
  private let signs: [Double]
  /// Σ_o r_o·s_o·W_o, Σ_o |s_o·W_o| and max_o |s_o·W_o|, group after group in the order of the weights.
  let filters: [ProjectedWeight]
  /// The same of what bias and norm add, (bias_o − mean_o)·s_o + bn.bias_o.
  let shift: ProjectedWeight
  private let layer: Layer
  private let inputs: [Tensor<Float>]
  private let parameters: Parameters<Float>

  /// - Returns: nil for kinds that are not linear.
  init?(_ layer: Layer, _ inputs: [Tensor<Float>], _ parameters: Parameters<Float>, seed: UInt64) {
    guard let convolution = layer.convolution, let weight = parameters.weight else { return nil }
    shape = layer.outputShape
    self.convolution = convolution
    kernel = Pair(weight.shape[2], weight.shape[3])
    channels = weight.shape[1]
    let signs = Self.signs(shape[1], seed: seed)
    self.signs = signs
    let scales =
      parameters.norm == nil ? [Double](repeating: 1, count: shape[1]) : layer.normScales(parameters)
    filters = Self.filters(weight, groups: convolution.groups, signs: signs, scales: scales)
    shift = zip(signs, Self.shifts(parameters, scales)).reduce(into: ProjectedWeight()) {
      $0.value += $1.0 * $1.1.value
      $0.reach += $1.1.reach
      $0.peak = max($0.peak, $1.1.reach)
    }
    self.layer = layer
    self.inputs = inputs
    self.parameters = parameters
  }

  private static func signs(_ count: Int, seed: UInt64) -> [Double] {
    var signs: [Double] = []
    Philox(key: seed, stream: 0).forEachWord(count: count) { _, word in signs.append(word & 1 == 0 ? 1 : -1) }
    return signs
  }

  /// The sums of all filters of each group, a few hundred places at a time on all processors.
  private static func filters(
    _ weight: Tensor<Float>, groups: Int, signs: [Double], scales: [Double]
  ) -> [ProjectedWeight] {
    let length = weight.shape.count / weight.shape[0]
    let perGroup = weight.shape[0] / groups
    let chunks = Parallel.chunks(of: length, size: 256)
    return Parallel.map(groups * chunks.count) { index in
      let (group, chunk) = index.quotientAndRemainder(dividingBy: chunks.count)
      let places = chunks[chunk]
      var sums = [ProjectedWeight](repeating: ProjectedWeight(), count: places.count)
      var span = sums.mutableSpan
      let weights = weight.values.span
      for channel in (group * perGroup)..<((group + 1) * perGroup) {
        let scale = scales[channel]
        let (factor, reach) = (signs[channel] * scale, abs(scale))
        let first = channel * length + places.lowerBound
        for place in 0..<places.count {
          let value = Double(weights[first + place])
          span[place].value += factor * value
          let magnitude = reach * abs(value)
          span[place].reach += magnitude
          span[place].peak = max(span[place].peak, magnitude)
        }
      }
      return sums
    }.flatMap { $0 }
  }

  /// What bias and norm add to each channel, and the magnitude of that.
  private static func shifts(_ parameters: Parameters<Float>, _ scales: [Double]) -> [ProjectedWeight] {
    let bias = parameters.bias?.map(Double.init) ?? [Double](repeating: 0, count: scales.count)
    guard let norm = parameters.norm else { return bias.map { ProjectedWeight(value: $0, reach: abs($0)) } }
    return scales.enumerated().map { channel, scale in
      let (mean, shift) = (Double(norm.runningMean[channel]), Double(norm.bias[channel]))
      return ProjectedWeight(
        value: (bias[channel] - mean) * scale + shift,
        reach: (abs(bias[channel]) + abs(mean)) * abs(scale) + abs(shift))
    }
  }

  /// What a plan's arithmetic and the check's own may cost a pixel.
  ///
  /// - Complexity: O(input + weights); for a Winograd plan see ``WinogradMagnitudes/channelTotals()``.
  func tolerance(of model: ErrorModel) -> ProjectedTolerance {
    let analysis = Analysis(
      layer: layer, model: model, inputs: inputs, parameters: parameters,
      truth: Truth(shape: shape, indices: [], values: []))
    return ProjectedTolerance(
      gamma: RoundingFactor.guaranteed(model.height),
      rounding: 2 * RoundingFactor.float64(shape[1] + filters.count + 32),
      floor: Double(shape[1]) * analysis.underflow(), coordinates: model.coordinates,
      terms: model.winograd.flatMap { WinogradMagnitudes(layer, inputs, parameters, $0)?.channelTotals() })
  }

  /// Compares the pixels of one row, each by the widest of the tolerances. `completion` stands in for what a ReLU
  /// clipped.
  func compare(
    _ row: ProjectedRow, with output: Tensor<Float>, completion: Tensor<Float>?,
    _ tolerances: [ProjectedTolerance]
  ) -> RowComparison {
    let (image, y) = row.row.quotientAndRemainder(dividingBy: shape[2])
    let (area, width) = (shape[2] * shape[3], shape[3])
    var sums = [Double](repeating: 0, count: width)
    var span = sums.mutableSpan
    let values = output.values.span
    for channel in 0..<shape[1] {
      let start = (image * shape[1] + channel) * area + y * width
      let sign = signs[channel]
      if let completion {
        for x in 0..<width {
          span[x] += sign * Self.completed(values[start + x], completion.values[start + x])
        }
      } else {
        for x in 0..<width { span[x] += sign * Double(values[start + x]) }
      }
    }
    var comparison = RowComparison()
    for x in 0..<width {
      let pixel = row.pixels[x]
      comparison.add(
        difference: abs(sums[x] - pixel.value),
        tolerance: tolerances.reduce(0) { max($0, $1.of(pixel, at: row.row * width + x)) })
    }
    return comparison
  }

  /// The output of a ReLU, or what it clipped where it is 0. A negative one is no ReLU's.
  private static func completed(_ output: Float, _ unclipped: Float) -> Double {
    if output == 0 { return unclipped < 0 ? Double(unclipped) : 0 }
    return output > 0 ? Double(output) : .nan
  }
}

/// A sum with signs, the sum of its absolute values, and the largest of these.
struct ProjectedWeight: Sendable {
  var value = 0.0
  var reach = 0.0
  var peak = 0.0
}

/// One row of the right side, counted over the batch's pictures.
struct ProjectedRow: Sendable {
  let row: Int
  var pixels: [ProjectedPixel]
}

/// What the channels of one pixel add up to: with signs, in magnitude, and how far rounded sampling positions can move
/// them; and a number that no channel's magnitude exceeds.
struct ProjectedPixel: Sendable {
  var value: Double
  var magnitude: Double
  var peak: Double
  var roundedSumDisplacement = 0.0
  var splitIntegerDisplacement = 0.0

  /// What is there before any product is added.
  init(_ shift: ProjectedWeight = ProjectedWeight()) {
    value = shift.value
    magnitude = shift.reach
    peak = shift.peak
  }
}

/// The tolerance of a pixel as a function of what it is made of; see ``Freivalds/check(_:model:unclipped:)``.
struct ProjectedTolerance: Sendable {
  /// γ_h.
  let gamma: Double
  /// What the check's own float64 sums can cost of the magnitude.
  let rounding: Double
  let floor: Double
  let coordinates: ErrorModel.Coordinates
  /// Of each pixel the magnitudes of the terms that a Winograd plan sums, and their peak; nil for other plans, whose terms
  /// are the pixel's own.
  let terms: [(sum: Double, peak: Double)]?

  /// √(2·ln(2/δ)) with δ as ``Projections`` has it.
  private static let likelihood = (2 * log(2 / Projections.failureProbability)).squareRoot()

  /// - Parameter place: the pixel's number over the batch's pictures.
  func of(_ pixel: ProjectedPixel, at place: Int) -> Double {
    let displacement =
      switch coordinates {
      case .roundedSum: pixel.roundedSumDisplacement
      case .splitInteger: pixel.splitIntegerDisplacement
      }
    let moved = (1 + gamma) * displacement + floor
    let (magnitude, peak) = terms?[place] ?? (pixel.magnitude, pixel.peak)
    let likely = Self.likelihood * (gamma * (magnitude * peak).squareRoot() + moved)
    return min(gamma * magnitude + moved, likely) + rounding * pixel.magnitude
  }
}
