import Catalogue
import Microkernels
import Tensors

/// A convolution's input as its pixel GEMM reads it: planes with zeros around them, so that the windows of neighbouring
/// output pixels are neighbouring floats at every place of the window. A row of output pixels goes on over the zeros
/// between two rows of the plane; what is computed there is dropped.
struct PixelPlanes {
  let input: MapLayout
  let padding: Pair
  /// Whether an NCHW input is read where it lies: nothing surrounds it, and a plane holds a tile.
  let isInPlace: Bool
  /// Elements from one row to the next, and from one plane to the next.
  let rowStride: Int
  let planeStride: Int
  /// Output pixels of a picture, those over the zeros between its rows included.
  let used: Int
  /// Tiles that hold them.
  let tiles: Int
  private let columns: Int
  private let outputWidth: Int
  /// From the first element of a window to its last one.
  private let reach: Int
  /// Floats of all planes, and of what the last tile reads behind them.
  let count: Int

  /// - Parameter columns: NR.
  init(_ geometry: ConvolutionGeometry, columns: Int) {
    input = geometry.input
    padding = geometry.convolution.padding
    let (size, output) = (input.size, geometry.output)
    rowStride = size.horizontal + 2 * padding.horizontal
    used = (output.vertical - 1) * rowStride + output.horizontal
    tiles = (used + columns - 1) / columns
    self.columns = columns
    outputWidth = output.horizontal
    isInPlace = input.depth == 1 && geometry.kernelArea == 1 && padding == Pair(0) && used >= columns
    planeStride =
      isInPlace ? size.vertical * size.horizontal : rowStride * (size.vertical + 2 * padding.vertical)
    let last = geometry.kernel
    let dilation = geometry.convolution.dilation
    reach =
      (last.vertical - 1) * dilation.vertical * rowStride + (last.horizontal - 1) * dilation.horizontal
    count =
      isInPlace
      ? 0 : (input.batch * input.channels - 1) * planeStride + max(tiles * columns + reach, planeStride)
  }

  /// The offset of each product step from a window's start: input channel by input channel, then the kernel's rows and
  /// columns.
  func offsets(_ geometry: ConvolutionGeometry) -> [Int] {
    let dilation = geometry.convolution.dilation
    return (0..<geometry.groupInputs).flatMap { channel in
      (0..<geometry.kernel.vertical).flatMap { row in
        (0..<geometry.kernel.horizontal).map { column in
          channel * planeStride + row * dilation.vertical * rowStride + column * dilation.horizontal
        }
      }
    }
  }

  /// The first pixel of a tile. Where nothing may be read behind the planes, the last tile ends with them, and computes
  /// some pixels of the one before it again.
  func firstPixel(ofTile tile: Int) -> Int {
    isInPlace ? min(tile * columns, used - columns) : tile * columns
  }

  /// The pixels that some tiles are there for, those over the zeros included; each belongs to one tile.
  func pixels(ofTiles tiles: Range<Int>) -> Range<Int> {
    (tiles.lowerBound * columns)..<min(tiles.upperBound * columns, used)
  }

  /// Where a pixel of the output lies in it, row by row.
  func place(ofPixel pixel: Int) -> Int {
    let (row, column) = pixel.quotientAndRemainder(dividingBy: rowStride)
    return row * outputWidth + column
  }

  /// Calls `body` with rectangles that make up the output's part of some of ``pixels(ofTiles:)``: the first pixel of one,
  /// its rows, and the columns of each.
  func forEachRectangle(of pixels: Range<Int>, _ body: (_ first: Int, _ rows: Int, _ width: Int) -> Void) {
    let width = outputWidth
    guard width < rowStride else { return body(pixels.lowerBound, 1, pixels.count) }
    var pixel = pixels.lowerBound
    while pixel < pixels.upperBound {
      let (row, column) = pixel.quotientAndRemainder(dividingBy: rowStride)
      let whole = column == 0 ? (pixels.upperBound - pixel + rowStride - width) / rowStride : 0
      if whole > 0 {
        body(pixel, whole, width)
        pixel += whole * rowStride
      } else {
        let end = min(pixels.upperBound, row * rowStride + width)
        if pixel < end { body(pixel, 1, end - pixel) }
        pixel = (row + 1) * rowStride
      }
    }
  }

  /// Copies the input into planes, zeros included.
  func copy(
    from source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, _ kernels: KernelTable,
    _ pool: WorkerPool
  ) {
    pool.runBands(planes: input.batch * input.blocks, height: height) { plane, rows in
      copy(planes: plane..<(plane + 1), rows, from: source, to: target, kernels)
    }
  }

  /// Copies the rows of a picture that some of its output pixels are computed from.
  func copy(
    image: Int, for pixels: Range<Int>, from source: UnsafePointer<Float>,
    to target: UnsafeMutablePointer<Float>, _ kernels: KernelTable
  ) {
    let rows = (pixels.lowerBound / rowStride)..<min((pixels.upperBound - 1 + reach) / rowStride + 1, height)
    copy(
      planes: (image * input.blocks)..<((image + 1) * input.blocks), rows, from: source, to: target, kernels)
  }

  /// Rows of a plane.
  private var height: Int { input.size.vertical + 2 * padding.vertical }

  /// Some rows, counted with their border, of some of the input's blocks, counted over the whole batch.
  private func copy(
    planes: Range<Int>, _ rows: Range<Int>, from source: UnsafePointer<Float>,
    to target: UnsafeMutablePointer<Float>, _ kernels: KernelTable
  ) {
    let stored = rows.clamped(to: padding.vertical..<(padding.vertical + input.size.vertical))
    let width = input.size.horizontal
    if input.depth == 1 {
      let first = stored.isEmpty ? 0 : stored.lowerBound - padding.vertical
      let above = stored.isEmpty ? rows.count : stored.lowerBound - rows.lowerBound
      kernels.copyPlanes(
        PlaneCopy(
          source: source + planes.lowerBound * input.area + first * width, sourceStride: input.area,
          target: target + planes.lowerBound * planeStride + rows.lowerBound * rowStride,
          targetStride: planeStride, planes: planes.count, above: above, rows: stored.count,
          below: rows.count - above - stored.count, width: width, side: padding.horizontal))
      return
    }
    for plane in planes {
      let (image, block) = plane.quotientAndRemainder(dividingBy: input.blocks)
      let channels = min(input.depth, input.channels - block * input.depth)
      let start = target + (image * input.channels + block * input.depth) * planeStride
      for channel in 0..<channels {
        (start + channel * planeStride + rows.lowerBound * rowStride)
          .update(repeating: 0, count: rows.count * rowStride)
      }
      for row in stored {
        let line = input.offset(image: image, row: row - padding.vertical, column: 0)
        kernels.transpose(
          source + block * input.blockStride + line, input.depth,
          start + row * rowStride + padding.horizontal, planeStride, width, channels)
      }
    }
  }
}
