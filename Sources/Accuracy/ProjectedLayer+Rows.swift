import Backends
import Catalogue
import Tensors

extension ProjectedLayer {
  /// One row of a plain convolution with the summed filters.
  func row(_ row: Int, of input: Tensor<Float>) -> ProjectedRow {
    let (image, y) = row.quotientAndRemainder(dividingBy: shape[2])
    var pixels = [ProjectedPixel](repeating: ProjectedPixel(shift), count: shape[3])
    var span = pixels.mutableSpan
    let values = input.values.span
    let (height, width) = (input.shape[2], input.shape[3])
    let stride = convolution.stride.horizontal
    let weights = filters.span
    for channel in 0..<(groups * channels) {
      for tapRow in 0..<kernel.vertical {
        let inputRow =
          y * convolution.stride.vertical - convolution.padding.vertical
          + tapRow * convolution.dilation.vertical
        guard inputRow >= 0, inputRow < height else { continue }
        let line = ((image * groups * channels + channel) * height + inputRow) * width
        for tapColumn in 0..<kernel.horizontal {
          let left = tapColumn * convolution.dilation.horizontal - convolution.padding.horizontal
          let weight = weights[(channel * kernel.vertical + tapRow) * kernel.horizontal + tapColumn]
          for x in columns(from: left, width: width) {
            let value = Double(values[line + left + x * stride])
            span[x].value += weight.value * value
            span[x].magnitude += weight.reach * abs(value)
            span[x].peak += weight.peak * abs(value)
          }
        }
      }
    }
    return ProjectedRow(row: row, pixels: pixels)
  }

  /// The output columns whose tap lies inside the map: 0 ≤ left + x·stride < width.
  private func columns(from left: Int, width: Int) -> Range<Int> {
    let stride = convolution.stride.horizontal
    let first = left < 0 ? (stride - 1 - left) / stride : 0
    let end = left < width ? min(shape[3], (width - 1 - left) / stride + 1) : 0
    return first..<max(first, end)
  }
}
