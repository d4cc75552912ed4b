import Catalogue
import Microkernels

/// The blocked, padded copy of an NCHW map that the micro-kernels read. Borders and the channels that fill up the last
/// block are zero from the start and never written.
final class BlockedMap {
  let geometry: ConvolutionGeometry
  let buffer: AlignedBuffer
  let border: Pair

  /// - Parameter border: rows and columns of zeros on each side; as the geometry was made with.
  init(_ geometry: ConvolutionGeometry, border: Pair) {
    self.geometry = geometry
    self.border = border
    buffer = AlignedBuffer(zeros: geometry.batch * geometry.mapStride)
  }

  var start: UnsafePointer<Float> { UnsafePointer(buffer.start) }

  /// Copies an NCHW map into the blocks, in parallel over blocks and bands of rows.
  func fill(from source: UnsafePointer<Float>, _ context: PlanContext) {
    let geometry = geometry
    let planes = geometry.batch * geometry.groups * geometry.blocks
    let bands = max(1, min(geometry.input.vertical, (context.pool.size * 4 + planes - 1) / planes))
    let target = buffer.start
    let border = border
    let transpose = context.kernels.transpose
    context.pool.run(tasks: planes * bands) { task, _ in
      let (plane, band) = task.quotientAndRemainder(dividingBy: bands)
      let height = geometry.input.vertical
      let rows = (height * band / bands)..<(height * (band + 1) / bands)
      Self.fill(plane: plane, rows: rows, geometry, border, source, target, transpose)
    }
  }

  private static func fill(
    plane: Int, rows: Range<Int>, _ geometry: ConvolutionGeometry, _ border: Pair,
    _ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>,
    _ transpose: KernelTable.Transposition
  ) {
    let (group, block) = plane.quotientAndRemainder(dividingBy: geometry.blocks)
    let depth = geometry.depth
    let firstChannel = group * geometry.groupInputs + block * depth
    let channels = min(depth, geometry.groupInputs - block * depth)
    let width = geometry.input.horizontal
    let area = geometry.input.vertical * width
    for row in rows {
      let line = source + firstChannel * area + row * width
      let start = (row + border.vertical) * geometry.padded.horizontal + border.horizontal
      let out = target + plane * geometry.blockStride + start * depth
      transpose(line, area, out, depth, channels, width)
    }
  }
}
