import Backends
import Catalogue
import Tensors

/// Gathers the window of the input that belongs to one output pixel, plain or deformed.
struct WindowColumns: Sendable {
  let input: Tensor<Float>
  /// The sampling offsets of a deformable convolution.
  let offset: Tensor<Float>?
  let convolution: Convolution
  let kernel: Pair
  /// The input channels of one group.
  let channels: Int
  let coordinates: ErrorModel.Coordinates

  /// Fills `column` in the order of the weights: channel, kernel row, kernel column.
  func fill(_ column: inout WindowColumn, image: Int, row: Int, column x: Int, group: Int) {
    let taps = kernel.vertical * kernel.horizontal
    let firstPlane = image * input.shape[1] + group * channels
    for tap in 0..<taps {
      let (tapRow, tapColumn) = tap.quotientAndRemainder(dividingBy: kernel.horizontal)
      let y =
        row * convolution.stride.vertical - convolution.padding.vertical + tapRow
        * convolution.dilation.vertical
      let left =
        x * convolution.stride.horizontal - convolution.padding.horizontal
        + tapColumn * convolution.dilation.horizontal
      if let offset {
        let patch = patch(offset, image: image, tap: tap, row: row, column: x, baseY: y, baseX: left)
        sample(&column, patch, tap: tap, taps: taps, firstPlane: firstPlane)
      } else {
        copy(&column, y: y, x: left, tap: tap, taps: taps, firstPlane: firstPlane)
      }
    }
  }

  /// A tap of a plain convolution: the value there, or 0 in the padding.
  private func copy(_ column: inout WindowColumn, y: Int, x: Int, tap: Int, taps: Int, firstPlane: Int) {
    let (height, width) = (input.shape[2], input.shape[3])
    let inside = y >= 0 && y < height && x >= 0 && x < width
    for channel in 0..<channels {
      let value = inside ? Double(input.values[((firstPlane + channel) * height + y) * width + x]) : 0
      column.samples[channel * taps + tap] = value
      column.magnitudes[channel * taps + tap] = abs(value)
    }
  }

  private func patch(
    _ offset: Tensor<Float>, image: Int, tap: Int, row: Int, column: Int, baseY: Int, baseX: Int
  ) -> BilinearPatch? {
    let shape = offset.shape
    let flat = ((image * shape[1] + 2 * tap) * shape[2] + row) * shape[3] + column
    let (dy, dx) = (Double(offset.values[flat]), Double(offset.values[flat + shape[2] * shape[3]]))
    return BilinearPatch(
      vertical: BilinearAxis(Double(baseY) + dy, size: input.shape[2], coordinates),
      horizontal: BilinearAxis(Double(baseX) + dx, size: input.shape[3], coordinates))
  }

  /// A tap of a deformable convolution: the bilinear sample, its magnitude and its displacement.
  private func sample(
    _ column: inout WindowColumn, _ patch: BilinearPatch?, tap: Int, taps: Int, firstPlane: Int
  ) {
    let area = input.shape[2] * input.shape[3]
    for channel in 0..<channels {
      let index = channel * taps + tap
      guard let patch else {
        (column.samples[index], column.magnitudes[index], column.displacements[index]) = (0, 0, 0)
        continue
      }
      let sample = patch.sample(input, plane: (firstPlane + channel) * area)
      column.samples[index] = sample.value
      column.magnitudes[index] = sample.magnitude
      column.displacements[index] = sample.displacement
    }
  }
}
