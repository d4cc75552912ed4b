import Backends
import Catalogue
import Microkernels
import Tensors

/// conv2d as a matrix product of packed operands: for a chunk of output pixels the windows are unfolded, some blocks of
/// sixteen products at a time, into the rows that the packed micro-kernel streams through, and multiplied while they are
/// in the second-level cache. A 1×1 convolution is a plain GEMM so. For any stride, padding and dilation; not for groups,
/// nor for fewer channels than a block.
final class PackedGemmCore: ConvolutionCore {
  static let algorithm = "packed-gemm"

  let errorModel: ErrorModel
  private let grid: PackedGrid
  private let pool: WorkerPool
  /// Offsets of all output pixels' windows, whole groups of MR per chunk: a last group repeats the last pixel.
  private let pixelOffsets: [Int]
  /// The offset of each block of sixteen products in a window.
  private let blockOffsets: [Int]
  /// Panels of one task.
  private let panelsPerTask: Int
  /// What each task computes: panels of output channels, and pixels. It may be nothing.
  private let tasks: [(panels: Range<Int>, pixels: Range<Int>)]

  /// Panels of one task at the least, in output channels: packing rows then costs some hundredths of multiplying them.
  private static let leastOutputs = 128
  /// Tasks per thread that are aimed at.
  private static let tasksPerThread = 4

  /// Whether the algorithm computes such layers.
  static func offers(_ layer: Layer, _ convolution: Convolution) -> Bool {
    layer.kind == .conv2d && convolution.groups == 1 && layer.inputShapes[0][1] >= PackedStrip.depth
  }

  init(
    _ context: PlanContext, _ convolution: Convolution, _ parameters: Parameters<Float>,
    _ surroundings: ConvolutionSurroundings
  ) {
    let geometry = ConvolutionGeometry(context.layer, convolution, input: surroundings.input)
    precondition(geometry.input.depth == PackedStrip.depth)
    pool = context.pool
    let grid = PackedGrid(context, geometry, parameters, surroundings, blocksPerGather: 1)
    self.grid = grid
    blockOffsets = geometry.blockOffsets()
    let (pixels, rows) = (geometry.pixels, grid.kernel.rows)
    pixelOffsets = (0..<((pixels + rows - 1) / rows * rows)).map { geometry.pixelOffset(min($0, pixels - 1)) }
    let panels = grid.weights.panels
    let least = max(1, Self.leastOutputs / grid.kernel.columns)
    let most = max(least, PackedGrid.keptOutputs / grid.kernel.columns)
    let ranges = max(
      (panels + most - 1) / most,
      min(panels / least, Self.tasksPerThread * context.pool.size / grid.chunkCount), 1)
    panelsPerTask = (panels + ranges - 1) / ranges
    tasks = Self.tasks(grid, panels: panels, perTask: panelsPerTask, threads: pool.size)
    errorModel = ErrorModel(height: grid.height)
  }

  /// A worker goes through some panels for all pixels, and through its last panels in ever smaller chunks; where panels are
  /// few, through some pixels for all panels.
  private static func tasks(
    _ grid: PackedGrid, panels: Int, perTask: Int, threads: Int
  ) -> [(panels: Range<Int>, pixels: Range<Int>)] {
    guard threads > 1, panels >= threads * perTask else {
      return grid.chunks(for: threads).flatMap { chunk in
        stride(from: 0, to: panels, by: perTask).map { ($0..<min($0 + perTask, panels), chunk) }
      }
    }
    let parts = Shares.cut(panels, among: threads, most: perTask, least: perTask)
    let perShare = parts.count / threads
    let (even, falling) = (grid.chunks(for: 1), grid.fallingChunks)
    return parts.enumerated().flatMap { index, part in
      (index % perShare == perShare - 1 ? falling : even).map { (part, $0) }
    }
  }

  var scratchCount: Int { grid.rowsCount + panelsPerTask * grid.panelSums }
  var packedCount: Int { grid.packedCount }

  func run(_ operands: ConvolutionOperands) {
    pool.run(tasks: tasks.count) { task, worker in
      let (panels, pixels) = tasks[task]
      guard !panels.isEmpty, !pixels.isEmpty else { return }
      compute(pixels: pixels, panels: panels, operands.workspace.start(worker), operands)
    }
  }

  private func compute(
    pixels: Range<Int>, panels: Range<Int>, _ rows: UnsafeMutablePointer<Float>,
    _ operands: ConvolutionOperands
  ) {
    let sums = rows + grid.rowsCount
    for blocks in grid.passes {
      pack(pixels, blocks, of: operands.input, into: rows)
      for panel in panels {
        grid.multiply(
          panel: panel, of: panels, blocks: blocks, pixels: pixels.count, rows: rows,
          sums: sums + (panel - panels.lowerBound) * grid.panelSums)
      }
    }
    for panel in panels {
      grid.finish(
        panel: panel, pixels: pixels, sums: sums + (panel - panels.lowerBound) * grid.panelSums, operands)
    }
  }

  /// Copies some blocks of the windows of `pixels`: [group][block][MR][16].
  private func pack(
    _ pixels: Range<Int>, _ blocks: Range<Int>, of map: UnsafePointer<Float>,
    into target: UnsafeMutablePointer<Float>
  ) {
    let rows = grid.kernel.rows
    let map = UnsafeRawPointer(map)
    let stride = MemoryLayout<Float>.stride
    pixelOffsets.withUnsafeBufferPointer { offsets in
      for group in 0..<((pixels.count + rows - 1) / rows) {
        var place = UnsafeMutableRawPointer(target + group * grid.groupSize)
        for block in blocks {
          for row in 0..<rows {
            let offset = offsets[pixels.lowerBound + group * rows + row] + blockOffsets[block]
            place.storeBytes(
              of: map.load(fromByteOffset: offset * stride, as: SIMD16<Float>.self), as: SIMD16<Float>.self)
            place += MemoryLayout<SIMD16<Float>>.stride
          }
        }
      }
    }
  }
}
