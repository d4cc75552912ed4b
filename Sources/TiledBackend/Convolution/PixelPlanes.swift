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
    let reach =
      tiles * columns + (last.vertical - 1) * dilation.vertical * rowStride
      + (last.horizontal - 1) * dilation.horizontal
    count = isInPlace ? 0 : (input.batch * input.channels - 1) * planeStride + max(reach, planeStride)
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

  /// The pixels of some tiles that belong to the picture, those over the zeros included.
  func pixels(ofTiles tiles: Range<Int>) -> Range<Int> {
    firstPixel(ofTile: tiles.lowerBound)..<min(firstPixel(ofTile: tiles.upperBound - 1) + columns, used)
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
    let planes = input.batch * input.blocks
    let height = input.size.vertical + 2 * padding.vertical
    if input.area <= Self.smallArea {
      let tasks = min(planes, 2 * pool.size)
      pool.run(tasks: tasks) { task, _ in
        for plane in (planes * task / tasks)..<(planes * (task + 1) / tasks) {
          copy(plane: plane, 0..<height, from: source, to: target, kernels)
        }
      }
    } else {
      pool.runBands(planes: planes, height: height) { plane, rows in
        copy(plane: plane, rows, from: source, to: target, kernels)
      }
    }
  }

  /// Pixels up to which maps are cut by planes only: they are too small to gain from rows that stay with their worker.
  private static let smallArea = 256

  /// Some rows of a block's planes, counted with their border.
  private func copy(
    plane: Int, _ rows: Range<Int>, from source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>,
    _ kernels: KernelTable
  ) {
    let (image, block) = plane.quotientAndRemainder(dividingBy: input.blocks)
    let first = block * input.depth
    let channels = min(input.depth, input.channels - first)
    let start = target + (image * input.channels + first) * planeStride
    for channel in 0..<channels {
      (start + channel * planeStride + rows.lowerBound * rowStride)
        .update(repeating: 0, count: rows.count * rowStride)
    }
    let stored = rows.clamped(to: padding.vertical..<(padding.vertical + input.size.vertical))
    guard let top = stored.first else { return }
    let map =
      source + block * input.blockStride + input.offset(image: image, row: top - padding.vertical, column: 0)
    let inner = start + top * rowStride + padding.horizontal
    if input.depth == 1 {
      kernels.copyRows(map, input.rowStride, inner, rowStride, stored.count, input.size.horizontal)
      return
    }
    for row in 0..<stored.count {
      kernels.transpose(
        map + row * input.rowStride, input.depth, inner + row * rowStride, planeStride,
        input.size.horizontal, channels)
    }
  }
}
