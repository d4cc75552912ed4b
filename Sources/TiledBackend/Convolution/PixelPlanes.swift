import Catalogue
import Microkernels
import Tensors

/// A convolution's input as its pixel GEMM reads it: planes with zeros around them, so that the windows of neighbouring
/// output pixels are neighbouring floats at every place of the window. A row of output pixels goes on over the zeros
/// between two rows of the plane; what is computed there is dropped.
struct PixelPlanes {
  let input: MapLayout
  let padding: Pair
  /// Whether an NCHW input is read where it lies: nothing surrounds it, and tiles end with its planes.
  let isInPlace: Bool
  /// Elements from one row to the next, and from one plane to the next.
  let rowStride: Int
  let planeStride: Int
  /// Output pixels of a picture, those over the zeros included, filled up to whole tiles.
  let pixels: Int
  /// Floats of all planes, and of what the last tile reads behind them.
  let count: Int

  /// - Parameter columns: NR.
  init(_ geometry: ConvolutionGeometry, columns: Int) {
    input = geometry.input
    padding = geometry.convolution.padding
    let (size, output) = (input.size, geometry.output)
    rowStride = size.horizontal + 2 * padding.horizontal
    let used = (output.vertical - 1) * rowStride + output.horizontal
    pixels = (used + columns - 1) / columns * columns
    isInPlace = input.depth == 1 && geometry.kernelArea == 1 && padding == Pair(0) && pixels == used
    planeStride =
      isInPlace ? size.vertical * size.horizontal : rowStride * (size.vertical + 2 * padding.vertical)
    let last = geometry.kernel
    let dilation = geometry.convolution.dilation
    let reach =
      pixels + (last.vertical - 1) * dilation.vertical * rowStride
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

  /// Copies the input into planes, zeros included.
  func copy(
    from source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, _ kernels: KernelTable,
    _ pool: WorkerPool
  ) {
    let planes = input.batch * input.blocks
    let height = input.size.vertical + 2 * padding.vertical
    pool.runBands(planes: planes, height: height) { plane, rows in
      let (image, block) = plane.quotientAndRemainder(dividingBy: input.blocks)
      let first = block * input.depth
      let channels = min(input.depth, input.channels - first)
      let start = target + (image * input.channels + first) * planeStride
      for row in rows {
        let y = row - padding.vertical
        copyRow(
          y >= 0 && y < input.size.vertical
            ? source + block * input.blockStride + input.offset(image: image, row: y, column: 0) : nil,
          to: start + row * rowStride, channels: channels, kernels)
      }
    }
  }

  /// One row of a block's planes; of zeros where there is no source.
  private func copyRow(
    _ source: UnsafePointer<Float>?, to target: UnsafeMutablePointer<Float>, channels: Int,
    _ kernels: KernelTable
  ) {
    let width = input.size.horizontal
    for channel in 0..<channels {
      let line = target + channel * planeStride
      guard let source else {
        line.update(repeating: 0, count: rowStride)
        continue
      }
      line.update(repeating: 0, count: padding.horizontal)
      (line + padding.horizontal + width).update(repeating: 0, count: padding.horizontal)
      if input.depth == 1 { kernels.copy(source, line + padding.horizontal, width) }
    }
    if let source, input.depth > 1 {
      kernels.transpose(
        source, input.depth, target + padding.horizontal, planeStride, width, channels)
    }
  }
}
