import Backends
import Catalogue
import Microkernels
import Tensors

/// conv2d as a matrix product that is never unfolded: the micro-kernel finds each pixel's window in the padded,
/// blocked map through two tables of offsets, for any stride, padding, dilation and grouping.
final class ImplicitGemmPlan: TiledPlan {
  static let algorithm = "implicit-gemm"

  private let map: BlockedMap
  private let grid: TileGrid
  /// Offsets of all output pixels' windows, MR-aligned: the last tile repeats the last pixel.
  private let pixelOffsets: [Int]
  private let tilesPerTask: Int
  private let sums: [AlignedBuffer]

  /// Tiles of pixels that one task computes against one panel at the most: their sums stay in the first-level cache.
  private static let tilesPerTaskLimit = 16

  init(_ context: PlanContext, _ convolution: Convolution, _ parameters: Parameters<Float>) {
    let geometry = ConvolutionGeometry(context.layer, convolution, padding: convolution.padding)
    map = BlockedMap(geometry, border: convolution.padding)
    let grid = TileGrid(context, geometry, parameters, taps: geometry.taps())
    self.grid = grid
    let rows = grid.kernel.rows
    let tiles = (geometry.pixels + rows - 1) / rows
    pixelOffsets = (0..<(tiles * rows)).map { geometry.pixelOffset(min($0, geometry.pixels - 1)) }
    let columns = tiles * grid.weights.panels * geometry.groups
    tilesPerTask = max(1, min(Self.tilesPerTaskLimit, columns / (context.pool.size * 8)))
    let tilesPerTask = tilesPerTask
    sums = (0..<context.pool.size).map { _ in AlignedBuffer(scratch: grid.sumsCount(tiles: tilesPerTask)) }
    super.init(context, ErrorModel(height: grid.height))
  }

  override func compute(_ inputs: [Tensor<Float>], into output: inout Tensor<Float>) {
    withPointers(inputs, &output) { pointers in
      map.fill(from: pointers.inputs[0], context)
      pixelOffsets.withUnsafeBufferPointer { offsets in
        guard let offsets = offsets.baseAddress else { return }
        multiply(offsets, pointers.output)
      }
    }
  }

  private func multiply(_ offsets: UnsafePointer<Int>, _ output: UnsafeMutablePointer<Float>) {
    let geometry = grid.geometry
    let rows = grid.kernel.rows
    let tiles = pixelOffsets.count / rows
    let chunks = (tiles + tilesPerTask - 1) / tilesPerTask
    let panels = grid.weights.panels
    // Where all packed weights fit a second-level cache, a chunk of the map meets every panel before the next chunk
    // is read; where they don't, a panel meets every chunk.
    let weightsStay = grid.weights.buffer.count <= 128 * 1024
    context.pool.run(tasks: geometry.groups * panels * chunks) { task, worker in
      let (group, place) = task.quotientAndRemainder(dividingBy: panels * chunks)
      let panel = weightsStay ? place % panels : place / chunks
      let chunk = weightsStay ? place / panels : place % chunks
      let first = chunk * tilesPerTask
      let count = min(tilesPerTask, tiles - first)
      let end = min((first + count) * rows, geometry.pixels)
      grid.compute(
        panel: panel, group: group, tiles: count,
        a: map.start + group * geometry.blocks * geometry.blockStride, pixels: offsets + first * rows,
        pixelRange: (first * rows)..<end, sums: sums[worker].start, output: output)
    }
  }
}
