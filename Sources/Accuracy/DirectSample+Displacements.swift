import Backends
import Catalogue
import Tensors

extension DirectSample {
  /// The displacements of every element of a deformable convolution's output, row-major: the same numbers as
  /// ``displacements``, without the values and magnitudes.
  ///
  /// How far a sample can be displaced does not depend on the output channel. So it is worked out once per position,
  /// tap and input channel, and the products with |w| are taken for eight output pixels at a time.
  ///
  /// - Returns: nil for kinds that are not linear.
  /// - Complexity: the layer's multiply–accumulates, on all processors; memory for eight windows in each.
  package static func displacements(
    layer: Layer, inputs: [Tensor<Float>], parameters: Parameters<Float>,
    coordinates: ErrorModel.Coordinates
  ) -> [Double]? {
    WindowSums(layer: layer, inputs: inputs, parameters: parameters, coordinates: coordinates)?
      .displacements()
  }
}

extension WindowSums {
  private typealias Lanes = SIMD8<Double>

  /// Σ_k |w_k|·|s|·displacement_k of every element.
  fileprivate func displacements() -> [Double] {
    let area = output[2] * output[3]
    let pixels = output[0] * area
    let weights = weight.values.map { Double(abs($0)) }
    let blocks = Parallel.map((pixels + Lanes.scalarCount - 1) / Lanes.scalarCount) { block in
      let first = block * Lanes.scalarCount
      return displacements(of: first..<min(first + Lanes.scalarCount, pixels), weights)
    }
    var result = [Double](repeating: 0, count: output.count)
    for pixel in 0..<pixels {
      let (block, lane) = pixel.quotientAndRemainder(dividingBy: Lanes.scalarCount)
      let (image, place) = pixel.quotientAndRemainder(dividingBy: area)
      for channel in 0..<output[1] {
        result[(image * output[1] + channel) * area + place] = blocks[block][channel][lane]
      }
    }
    return result
  }

  /// The sums of a few neighbouring pixels, one lane each, for every output channel.
  private func displacements(of pixels: Range<Int>, _ weights: [Double]) -> [Lanes] {
    let area = output[2] * output[3]
    var column = WindowColumn(length: weight.shape[1] * weight.shape[2] * weight.shape[3])
    var windows = [Lanes](repeating: .zero, count: column.length)
    for (lane, pixel) in pixels.enumerated() {
      let (image, place) = pixel.quotientAndRemainder(dividingBy: area)
      let (row, x) = place.quotientAndRemainder(dividingBy: output[3])
      columns.fill(&column, image: image, row: row, column: x, group: 0)
      for index in 0..<column.length { windows[index][lane] = column.displacements[index] }
    }
    return (0..<output[1]).map { channel in
      var sum = Lanes.zero
      let start = channel * column.length
      for index in 0..<column.length { sum += windows[index] * weights[start + index] }
      return scales.isEmpty ? sum : sum * abs(scales[channel])
    }
  }
}
