import Catalogue
import Tensors

/// The convolution as its formula stands, in Double, sharing nothing with the code under test.
func directLoop(
  _ layer: Layer, _ inputs: [Tensor<Double>], _ parameters: Parameters<Double>
) -> Tensor<Double> {
  let attributes = layer.convolution
  guard let w = parameters.weight else { preconditionFailure("\(layer.name) has no weight") }
  let (x, output) = (inputs[0], layer.outputShape)
  let (height, width) = (x.shape[2], x.shape[3])
  let (channels, kh, kw) = (w.shape[1], w.shape[2], w.shape[3])
  var values: [Double] = []
  values.reserveCapacity(output.count)
  for n in 0..<output[0] {
    for o in 0..<output[1] {
      let firstChannel = o / (output[1] / attributes.groups) * channels
      for oy in 0..<output[2] {
        for ox in 0..<output[3] {
          var sum = 0.0
          for ky in 0..<kh {
            for kx in 0..<kw {
              var y = Double(oy * attributes.stride.vertical - attributes.padding.vertical)
              var left = Double(ox * attributes.stride.horizontal - attributes.padding.horizontal)
              y += Double(ky * attributes.dilation.vertical)
              left += Double(kx * attributes.dilation.horizontal)
              if inputs.count > 1 {
                let plane = output[2] * output[3]
                let tap = (n * kh * kw + ky * kw + kx) * 2 * plane + oy * output[3] + ox
                y += inputs[1].values[tap]
                left += inputs[1].values[tap + plane]
              }
              guard y > -1, y < Double(height), left > -1, left < Double(width) else { continue }
              let corners = bilinearCorners(y, left, height: height, width: width)
              for c in 0..<channels {
                let first = (n * x.shape[1] + firstChannel + c) * height * width
                let weight = w.values[((o * channels + c) * kh + ky) * kw + kx]
                for corner in corners { sum += weight * corner.weight * x.values[first + corner.index] }
              }
            }
          }
          values.append(finished(sum, channel: o, parameters, attributes))
        }
      }
    }
  }
  return Tensor(output, values: values)
}

/// The corners inside the map that carry weight: one alone on the lattice.
private func bilinearCorners(
  _ y: Double, _ x: Double, height: Int, width: Int
) -> [(index: Int, weight: Double)] {
  var corners: [(index: Int, weight: Double)] = []
  for row in [Int(y.rounded(.down)), Int(y.rounded(.down)) + 1] where (0..<height).contains(row) {
    for column in [Int(x.rounded(.down)), Int(x.rounded(.down)) + 1] where (0..<width).contains(column) {
      let weight = (1 - abs(y - Double(row))) * (1 - abs(x - Double(column)))
      if weight > 0 { corners.append((row * width + column, weight)) }
    }
  }
  return corners
}

private func finished(
  _ sum: Double, channel: Int, _ parameters: Parameters<Double>, _ attributes: Convolution
) -> Double {
  var value = sum + (parameters.bias?[channel] ?? 0)
  if let norm = parameters.norm {
    let deviation = (norm.runningVariance[channel] + attributes.normEpsilon).squareRoot()
    value = (value - norm.runningMean[channel]) / deviation * norm.weight[channel] + norm.bias[channel]
  }
  return attributes.relu ? max(value, 0) : value
}

/// M of golden-format.md: the direct loop over absolute values, the norm applied by its own formula.
func directMagnitude(
  _ layer: Layer, _ inputs: [Tensor<Double>], _ parameters: Parameters<Double>
) throws -> Tensor<Double> {
  var shapes = layer.parameterShapes
  shapes.norm = nil
  let plain = try Layer(
    name: layer.name, operation: layer.operation, inputShapes: layer.inputShapes, parameterShapes: shapes)
  var inputs = inputs
  inputs[0] = inputs[0].map(abs)
  let absolute = Parameters(weight: parameters.weight?.map(abs), bias: parameters.bias?.map(abs))
  var magnitude = directLoop(plain, inputs, absolute)
  guard let norm = parameters.norm else { return magnitude }
  let plane = layer.outputShape[2] * layer.outputShape[3]
  for index in magnitude.values.indices {
    let channel = index / plane % layer.outputShape[1]
    let scale =
      norm.weight[channel] / (norm.runningVariance[channel] + layer.convolution.normEpsilon).squareRoot()
    magnitude.values[index] =
      (magnitude.values[index] + abs(norm.runningMean[channel])) * abs(scale) + abs(norm.bias[channel])
  }
  return magnitude
}

extension Layer {
  /// The attributes of a layer that is a convolution.
  var convolution: Convolution {
    switch operation {
    case .conv2d(let convolution), .deformConv2d(let convolution): convolution
    default: preconditionFailure("\(name) is no convolution")
    }
  }
}
