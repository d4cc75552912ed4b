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
  /// Whether each thread copies the planes of its one task for itself: small ones. What one core has just written, another
  /// gets later than it would have made it.
  let isPrivate: Bool

  /// Floats of a task's sums at the most, where it has several tiles: they stay in a second-level cache.
  private static let sumsLimit = 24 << 10
  /// Floats of planes that each thread copies for itself, at the most.
  private static let privateLimit = 40 << 10
  /// Tasks per thread at the least, where tiles are enough.
  private static let tasksPerThread = 2
  /// What it costs to pack the pixels of a tile, in output channels; and those of a task from which on it pays.
  private static let packing = 3
  private static let packedOutputs = 24

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
    let planes = PixelPlanes(geometry, columns: kernel.columns)
    let groups = (geometry.groupOutputs + kernel.rows - 1) / kernel.rows
    if !planes.isInPlace, geometry.input.batch == 1, planes.count <= privateLimit {
      return [
        PixelSplit(
          kernel: kernel, planes: planes, groups: groups, groupsPerTask: groups,
          tilesPerTask: (planes.tiles + threads - 1) / threads, isPacked: false, isPrivate: true)
      ]
    }
    return (1...threads).flatMap { ranges in
      let unit = inBlocks ? Self.groupsInBlocks(rows: kernel.rows) : 1
      let groupsPerTask = min(((groups + ranges - 1) / ranges + unit - 1) / unit * unit, groups)
      let perTile = groupsPerTask * kernel.rows * kernel.columns
      let tiles = geometry.input.batch * planes.tiles * ranges
      let most = max(1, min(planes.tiles, sumsLimit / perTile, tiles / (tasksPerThread * threads)))
      return (1...most).reversed().map { tilesPerTask in
        PixelSplit(
          kernel: kernel, planes: planes, groups: groups, groupsPerTask: groupsPerTask,
          tilesPerTask: tilesPerTask,
          isPacked: geometry.kernelArea == 1 && groupsPerTask * kernel.rows >= packedOutputs,
          isPrivate: false)
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
    let pixels = (tasks + threads - 1) / threads * tilesPerTask * kernel.columns
    let outputs = groupsPerTask * kernel.rows + (isPacked ? Self.packing : 0)
    return Double(pixels * outputs) * (1 + kernel.loads / 2)
  }
}
