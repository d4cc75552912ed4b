import Backends
import Catalogue
import Tensors

/// The sums of one linear layer, ready to be evaluated element by element.
struct WindowSums: Sendable {
  /// One element.
  struct Result: Sendable {
    var value: Double
    var magnitude: Double
    var displacement: Double
  }

  let output: Shape
  let weight: Tensor<Float>
  let columns: WindowColumns
  private let groups: Int
  private let relu: Bool
  private let bias: [Float]?
  private let norm: Parameters<Float>.Norm?
  /// The norm's factor of every channel; empty where there is none.
  let scales: [Double]

  init?(
    layer: Layer, inputs: [Tensor<Float>], parameters: Parameters<Float>, coordinates: ErrorModel.Coordinates
  ) {
    guard let convolution = layer.convolution, let weight = parameters.weight else { return nil }
    output = layer.outputShape
    self.weight = weight
    groups = convolution.groups
    relu = convolution.relu
    bias = parameters.bias
    norm = parameters.norm
    scales = layer.normScales(parameters)
    columns = WindowColumns(
      input: inputs[0], offset: layer.kind == .deformConv2d ? inputs[1] : nil, convolution: convolution,
      kernel: Pair(weight.shape[2], weight.shape[3]), channels: weight.shape[1], coordinates: coordinates)
  }

  /// Where an element stands.
  private struct Place: Hashable {
    let image: Int
    let channel: Int
    let pixel: Int

    init(_ flat: Int, in shape: Shape) {
      let area = shape[2] * shape[3]
      image = flat / (shape[1] * area)
      channel = flat / area % shape[1]
      pixel = flat % area
    }
  }

  /// The positions in `elements` in an order in which those that share a window follow one another.
  func ordered(_ elements: [Int]) -> [Int] {
    let area = output[2] * output[3]
    let keys = elements.map { flat in
      let place = Place(flat, in: output)
      return (place.image * area + place.pixel) * output[1] + place.channel
    }
    return elements.indices.sorted { keys[$0] < keys[$1] }
  }

  /// The elements with these flat indices, in order.
  func evaluate(_ elements: [Int]) -> [Result] {
    var column = WindowColumn(length: weight.shape[1] * weight.shape[2] * weight.shape[3])
    var current: (image: Int, pixel: Int, group: Int)?
    return elements.map { flat in
      let place = Place(flat, in: output)
      let group = place.channel / (output[1] / groups)
      if current.map({ $0 != (place.image, place.pixel, group) }) ?? true {
        let (row, x) = place.pixel.quotientAndRemainder(dividingBy: output[3])
        columns.fill(&column, image: place.image, row: row, column: x, group: group)
        current = (place.image, place.pixel, group)
      }
      return finished(column.sums(with: weight.values, from: place.channel * column.length), place.channel)
    }
  }

  /// Bias, norm and ReLU.
  private func finished(_ sums: Result, _ channel: Int) -> Result {
    var result = sums
    if let bias {
      result.value += Double(bias[channel])
      result.magnitude += abs(Double(bias[channel]))
    }
    if let norm {
      let (scale, mean) = (scales[channel], Double(norm.runningMean[channel]))
      let shift = Double(norm.bias[channel])
      result.value = (result.value - mean) * scale + shift
      result.magnitude = (result.magnitude + abs(mean)) * abs(scale) + abs(shift)
      result.displacement *= abs(scale)
    }
    if relu { result.value = max(result.value, 0) }
    return result
  }
}

/// What one window of the input contributes to every output channel: K samples, their magnitudes and how far rounded
/// positions can move them.
struct WindowColumn {
  let length: Int
  var samples: [Double]
  var magnitudes: [Double]
  var displacements: [Double]

  init(length: Int) {
    self.length = length
    samples = [Double](repeating: 0, count: length)
    magnitudes = samples
    displacements = samples
  }

  /// Σ w·sample, Σ |w|·magnitude and Σ |w|·displacement, with the weights from `start` on.
  func sums(with weights: [Float], from start: Int) -> WindowSums.Result {
    var result = WindowSums.Result(value: 0, magnitude: 0, displacement: 0)
    for index in 0..<length {
      let weight = Double(weights[start + index])
      result.value += weight * samples[index]
      result.magnitude += abs(weight) * magnitudes[index]
      result.displacement += abs(weight) * displacements[index]
    }
    return result
  }
}
