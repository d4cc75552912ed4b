import Catalogue
import Microkernels

/// How a pixel GEMM is shared out: which micro-kernel computes it, and how many of its tiles of pixels and of its groups of
/// MR output channels make a task.
struct PixelSplit {
  let kernel: PixelGemmKernel
  let planes: PixelPlanes
  /// Groups of MR output channels, and how many a task computes.
  let groups: Int
  let groupsPerTask: Int
  let tilesPerTask: Int
  /// Whether the pixels of a tile are put side by side before they are multiplied, chain by chain: their planes lie in as
  /// many pages, and every group of output channels would look them up anew. With windows of more than one place a
  /// plane is used several times at once.
  let isPacked: Bool

  /// Floats of a task's sums at the most, where it has several tiles: they stay in a second-level cache.
  private static let sumsLimit = 24 << 10
  /// Tasks per thread at the least, where tiles are enough.
  private static let tasksPerThread = 2
  /// What it costs to pack the pixels of a tile, in output channels; and those of a task from which on it pays.
  private static let packing = 3
  private static let packedOutputs = 24
  /// What it costs to copy a float, in multiply–adds.
  private static let copying = 16

  /// The split with the least work for the thread that has most of it; of equals the one with the largest tasks.
  ///
  /// - Parameter inBlocks: whether the output channels of a task must end with a block of sixteen, or with all.
  static func best(
    _ kernels: [PixelGemmKernel], _ geometry: ConvolutionGeometry, threads: Int, inBlocks: Bool
  ) -> PixelSplit {
    let splits = kernels.flatMap { all(of: $0, geometry, threads: threads, inBlocks: inBlocks) }
    return splits.dropFirst().reduce(splits[0]) { best, split in
      split.work(geometry, threads: threads) < best.work(geometry, threads: threads) ? split : best
    }
  }

  private static func all(
    of kernel: PixelGemmKernel, _ geometry: ConvolutionGeometry, threads: Int, inBlocks: Bool
  ) -> [PixelSplit] {
    let groups = (geometry.groupOutputs + kernel.rows - 1) / kernel.rows
    let unit = inBlocks ? groupsInBlocks(rows: kernel.rows) : 1
    let tiles = PixelPlanes(geometry, columns: kernel.columns, tilesPerTask: 1).tiles
    return (1...threads).flatMap { ranges in
      let groupsPerTask = min(((groups + ranges - 1) / ranges + unit - 1) / unit * unit, groups)
      let perTile = groupsPerTask * kernel.rows * kernel.columns
      let tasks = geometry.input.batch * tiles * ranges
      // Few tiles are one task for each thread, more are several, so that threads can help each other.
      let perThread = tasks <= Self.tasksPerThread * threads ? 1 : Self.tasksPerThread
      let most = max(1, min(tiles, sumsLimit / perTile, (tasks + threads - 1) / (perThread * threads)))
      return (1...most).reversed().map { tilesPerTask in
        PixelSplit(
          kernel: kernel, planes: PixelPlanes(geometry, columns: kernel.columns, tilesPerTask: tilesPerTask),
          groups: groups, groupsPerTask: groupsPerTask, tilesPerTask: tilesPerTask,
          isPacked: geometry.kernelArea == 1 && groupsPerTask * kernel.rows >= packedOutputs)
      }.filter {
        $0.tilesPerTask == 1 || $0.planes.count <= CacheSize.secondLevel / 2 / MemoryLayout<Float>.stride
      }
    }
  }

  /// The least groups of `rows` channels that fill blocks of sixteen.
  private static func groupsInBlocks(rows: Int) -> Int {
    var groups = 1
    while groups * rows % MapLayout.blockDepth != 0 { groups += 1 }
    return groups
  }

  /// Tasks that the tiles of a picture are cut into, and tasks that the output channels are.
  var parts: Int { (planes.tiles + tilesPerTask - 1) / tilesPerTask }
  var ranges: Int { (groups + groupsPerTask - 1) / groupsPerTask }

  /// Multiply–adds of the thread that has most tasks, an operand's load counted as half of one.
  private func work(_ geometry: ConvolutionGeometry, threads: Int) -> Double {
    let tasks = geometry.input.batch * parts * ranges
    let outputs = groupsPerTask * kernel.rows + (isPacked ? Self.packing : 0)
    let steps = geometry.groupInputs * geometry.kernelArea
    let products = Double(tilesPerTask * kernel.columns * outputs * steps) * (1 + kernel.loads / 2)
    return Double((tasks + threads - 1) / threads) * (products + Double(planes.count * Self.copying))
  }
}
