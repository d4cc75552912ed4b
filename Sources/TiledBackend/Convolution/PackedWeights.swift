import Catalogue
import Microkernels
import Tensors

/// Weights in the order in which a micro-kernel reads them: for each group and each panel of NR output channels,
/// [channel block][kernel row][kernel column][depth][NR], zero where channels run out.
final class PackedWeights {
  let buffer: AlignedBuffer
  /// NR.
  let columns: Int
  /// Panels per group.
  let panels: Int
  /// Elements of one panel.
  let panelStride: Int

  /// Packs OIHW weights. O(weights).
  ///
  /// - Parameter blockDepth: products of a channel block, where they are more than the block's channels; zero there.
  init(_ weight: Tensor<Float>, _ geometry: ConvolutionGeometry, columns: Int, blockDepth: Int? = nil) {
    self.columns = columns
    panels = (geometry.groupOutputs + columns - 1) / columns
    let depth = blockDepth ?? geometry.input.depth
    panelStride = geometry.places * depth * columns
    buffer = AlignedBuffer(zeros: geometry.groups * panels * panelStride)
    let area = geometry.kernelArea
    for group in 0..<geometry.groups {
      for output in 0..<geometry.groupOutputs {
        let (panel, column) = output.quotientAndRemainder(dividingBy: columns)
        let target = buffer.start + (group * panels + panel) * panelStride + column
        let first = (group * geometry.groupOutputs + output) * geometry.groupInputs * area
        for input in 0..<geometry.groupInputs {
          let (block, lane) = input.quotientAndRemainder(dividingBy: geometry.input.depth)
          for place in 0..<area {
            let product = (block * area + place) * depth + lane
            target[product * columns] = weight.values[first + input * area + place]
          }
        }
      }
    }
  }

  /// The panel's weights from product `product` on.
  func panel(_ panel: Int, group: Int, fromProduct product: Int) -> UnsafePointer<Float> {
    UnsafePointer(buffer.start + (group * panels + panel) * panelStride + product * columns)
  }
}
