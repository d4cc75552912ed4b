import Backends
import Catalogue
import Microkernels
import Tensors

/// conv2d as a matrix product that is never unfolded: the micro-kernel finds each pixel's window in the padded,
/// blocked map through two tables of offsets, for any stride, padding, dilation and grouping.
final class ImplicitGemmCore: ConvolutionCore {
  static let algorithm = "implicit-gemm"

  private let grid: TileGrid
  private let pool: WorkerPool
  /// Offsets of all output pixels' windows, MR-aligned: the last tile repeats the last pixel.
  private let pixelOffsets: [Int]
  private let tilesPerTask: Int

  /// Tiles of pixels that one task computes against one panel at the most: their sums stay in the first-level cache.
  private static let tilesPerTaskLimit = 16
  /// The same where a sum is one block of products, so that the work is in the writing: longer runs of a plane are
  /// written faster.
  private static let shallowTilesPerTaskLimit = 96

  init(
    _ context: PlanContext, _ convolution: Convolution, _ parameters: Parameters<Float>,
    _ surroundings: ConvolutionSurroundings
  ) {
    let geometry = ConvolutionGeometry(context.layer, convolution, input: surroundings.input)
    precondition(
      surroundings.input.border.vertical >= convolution.padding.vertical
        && surroundings.input.border.horizontal >= convolution.padding.horizontal)
    pool = context.pool
    let taps = geometry.taps()
    let grid = TileGrid(
      context, geometry, parameters, surroundings, taps: taps,
      tapsPerBlock: min(taps.offsets.count, ProductOrder(geometry).placesPerChain / geometry.placesPerTap))
    self.grid = grid
    let rows = grid.kernel.rows
    let tiles = (geometry.pixels + rows - 1) / rows
    pixelOffsets = (0..<(tiles * rows)).map { geometry.pixelOffset(min($0, geometry.pixels - 1)) }
    let columns = tiles * grid.weights.panels * geometry.groups
    let limit =
      taps.offsets.count <= grid.tapsPerBlock ? Self.shallowTilesPerTaskLimit : Self.tilesPerTaskLimit
    tilesPerTask = max(1, min(limit, columns / (context.pool.size * 8)))
  }

  var errorModel: ErrorModel { ErrorModel(height: grid.height) }
  var scratchCount: Int { grid.sumsCount(tiles: tilesPerTask) }
  var packedCount: Int { grid.packedCount }

  func run(_ operands: ConvolutionOperands) {
    let geometry = grid.geometry
    let rows = grid.kernel.rows
    let tiles = pixelOffsets.count / rows
    let chunks = (tiles + tilesPerTask - 1) / tilesPerTask
    let panels = grid.weights.panels
    // Where all packed weights fit a second-level cache, a chunk of the map meets every panel before the next chunk
    // is read; where they don't, a panel meets every chunk.
    let weightsStay = grid.weights.buffer.count <= 128 * 1024
    pixelOffsets.withUnsafeBufferPointer { offsets in
      grid.taps.offsets.withUnsafeBufferPointer { taps in
        guard let offsets = offsets.baseAddress, let taps = taps.baseAddress else { return }
        // Read by all workers.
        nonisolated(unsafe) let tables = (offsets, taps)
        pool.run(tasks: geometry.groups * panels * chunks) { task, worker in
          let (group, place) = task.quotientAndRemainder(dividingBy: panels * chunks)
          let panel = weightsStay ? place % panels : place / chunks
          let chunk = weightsStay ? place / panels : place % chunks
          let first = chunk * tilesPerTask
          let count = min(tilesPerTask, tiles - first)
          let sums = operands.workspace.start(worker)
          grid.multiply(
            panel: panel, group: group, tiles: count, taps: tables.1,
            a: operands.input + group * geometry.input.blocks * geometry.input.blockStride,
            pixels: tables.0 + first * rows, sums: sums)
          grid.finish(
            panel: panel, group: group,
            pixels: (first * rows)..<min((first + count) * rows, geometry.pixels), sums: sums, operands)
        }
      }
    }
  }
}
