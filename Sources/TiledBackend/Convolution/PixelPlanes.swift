import Catalogue
import Microkernels
import Tensors

/// A convolution's input as its pixel GEMM reads it: planes with zeros around them, so that the windows of neighbouring
/// output pixels are neighbouring floats at every place of the window. A row of output pixels goes on over the zeros
/// between two rows of the plane; what is computed there is dropped.
///
/// Every task copies the rows that it reads for itself: what another core has just written comes later than it is made, and
/// a whole map's planes would go through memory.
struct PixelPlanes {
  let input: MapLayout
  let padding: Pair
  /// Whether an NCHW input is read where it lies: nothing surrounds it, and a plane holds a tile.
  let isInPlace: Bool
  /// Elements from one row to the next.
  let rowStride: Int
  /// Rows of each plane that a task copies.
  let rows: Int
  /// Output pixels of a picture, those over the zeros between its rows included.
  let used: Int
  /// Tiles that hold them.
  let tiles: Int
  private let columns: Int
  private let outputWidth: Int
  /// From the first element of a window to its last one.
  private let reach: Int

  /// - Parameters:
  ///   - columns: NR.
  ///   - tilesPerTask: neighbouring tiles that a task computes at the most.
  init(_ geometry: ConvolutionGeometry, columns: Int, tilesPerTask: Int) {
    input = geometry.input
    padding = geometry.convolution.padding
    let (rowStride, output) = (input.size.horizontal + 2 * padding.horizontal, geometry.output)
    self.rowStride = rowStride
    used = (output.vertical - 1) * rowStride + output.horizontal
    tiles = (used + columns - 1) / columns
    self.columns = columns
    outputWidth = output.horizontal
    isInPlace = input.depth == 1 && geometry.kernelArea == 1 && padding == Pair(0) && used >= columns
    let last = geometry.kernel
    let dilation = geometry.convolution.dilation
    let reach =
      (last.vertical - 1) * dilation.vertical * rowStride + (last.horizontal - 1) * dilation.horizontal
    self.reach = reach
    let starts = stride(from: 0, to: tiles, by: tilesPerTask).map { $0 * columns % rowStride }
    rows = ((starts.max() ?? 0) + tilesPerTask * columns - 1 + reach) / rowStride + 1
  }

  /// Elements from one plane to the next; of copied ones not whole pages, so that they don't compete for one set of a cache.
  var planeStride: Int {
    let copied = rows * rowStride
    return isInPlace ? input.area : copied.isMultiple(of: 256) ? copied + 16 : copied
  }
  /// Floats that a task copies, and the zeros that its last tile reads behind them.
  var count: Int { isInPlace ? 0 : input.channels * planeStride + columns }

  /// The offset of each product from a window's start.
  func offsets(_ geometry: ConvolutionGeometry, _ order: ProductOrder) -> [Int] {
    let dilation = geometry.convolution.dilation
    return order.products.map { channel, place in
      let (row, column) = place.quotientAndRemainder(dividingBy: geometry.kernel.horizontal)
      return channel * planeStride + row * dilation.vertical * rowStride + column * dilation.horizontal
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

  /// The row of the planes, counted with their border, that a task begins with.
  func firstRow(of pixels: Range<Int>) -> Int { isInPlace ? 0 : pixels.lowerBound / rowStride }

  /// Copies the rows of a picture that a task's pixels are computed from.
  ///
  /// All else is zeros: what is computed from it is dropped, but what a scratch memory held before may be denormal
  /// numbers, such as integers are, and each of those costs a multiply–add a hundred cycles and more on some processors.
  func copy(
    image: Int, for pixels: Range<Int>, from source: UnsafePointer<Float>,
    to target: UnsafeMutablePointer<Float>, _ kernels: KernelTable
  ) {
    let first = firstRow(of: pixels)
    let (top, height, width) = (padding.vertical, input.size.vertical, input.size.horizontal)
    let held = first..<min(first + rows, height + 2 * top)
    // Those that lie in the map; all may be zeros.
    let above = min(max(held.lowerBound, top), held.upperBound)
    let stored = above..<max(above, min(held.upperBound, top + height))
    (target + input.channels * planeStride).update(repeating: 0, count: columns)
    if input.depth == 1 {
      kernels.copyPlanes(
        PlaneCopy(
          source: source + image * input.channels * input.area + (stored.lowerBound - top) * width,
          sourceStride: input.area, target: target, targetStride: planeStride, planes: input.channels,
          above: stored.lowerBound - held.lowerBound, rows: stored.count,
          behind: planeStride - (stored.upperBound - held.lowerBound) * rowStride, width: width,
          side: padding.horizontal))
      return
    }
    for block in 0..<input.blocks {
      let channels = min(input.depth, input.channels - block * input.depth)
      let start = target + block * input.depth * planeStride
      for channel in 0..<channels {
        (start + channel * planeStride).update(repeating: 0, count: planeStride)
      }
      for row in stored {
        kernels.transpose(
          source + block * input.blockStride + input.offset(image: image, row: row - top, column: 0),
          input.depth, start + (row - first) * rowStride + padding.horizontal, planeStride, width, channels,
          false)
      }
    }
  }
}
