import Backends
import Microkernels

/// How the tiles of a layer are shared out: which micro-kernel multiplies them, and in which tasks.
struct WinogradChunking {
  let kernel: PackedGemmKernel
  /// Whether all tiles are transformed first, for every worker, and the work is then cut by panels of output channels
  /// too: where the transformed filters are larger than what a core's cache holds and the tiles are few, each filter
  /// is so read once. Else a worker takes a chunk of tiles from its patches to its outputs.
  let isShared: Bool
  /// What a task multiplies: panels of output channels, and tiles. It may be nothing.
  let tasks: [(panels: Range<Int>, tiles: Range<Int>)]
  /// Elements from one matrix of transformed patches to the next, and from one matrix of sums to the next: a cache
  /// line more than they hold, so that a tile's values do not all fall into one set of the first-level cache.
  let patchStride: Int
  let sumStride: Int
  /// Groups of MR rows in a matrix of transformed patches.
  private let patchGroups: Int
  let matrices: Int
  /// Channel blocks that are multiplied at a time, whole chains: a panel's weights of so many stay in the first-level
  /// cache while all tiles of a chunk meet them.
  let blocksPerPass: Int

  /// Panels that a task multiplies a matrix of shared patches by, at the most, before it goes on to the next matrix: all
  /// patches are more than a core's cache holds, and are read anew for every task. Their sums take a part of that cache.
  let panelsPerTask: Int

  /// Tiles whose patches are shared at the most: few enough that their transforms stay in the last-level cache.
  private static let sharedTileLimit = 128
  /// Tiles in a chunk at the most, and bytes of one panel's sums: beside the patches, they stay in a second-level cache.
  private static let chunkTileLimit = 48
  private static let chunkSumBytes = 288 << 10

  init(
    tiles: Int, channels: Int, outputs: Int, matrices: Int, kernels: [PackedGemmKernel], threads: Int,
    blocksPerChain: Int
  ) {
    self.matrices = matrices
    isShared = tiles <= Self.sharedTileLimit
    let tileBytes = matrices * kernels[0].columns * MemoryLayout<Float>.stride
    let limit =
      isShared ? Self.sharedTileLimit : min(Self.chunkTileLimit, max(1, Self.chunkSumBytes / tileBytes))
    let leastParts = (tiles + limit - 1) / limit
    let best = kernels.best(rows: (tiles + leastParts - 1) / leastParts, columns: outputs)
    kernel = best
    let rows = best.rows
    let chainBytes = blocksPerChain * PackedStrip.depth * best.columns * MemoryLayout<Float>.stride
    blocksPerPass = max(1, CacheSize.panel / chainBytes) * blocksPerChain
    let panels = (outputs + best.columns - 1) / best.columns
    // Few panels leave threads without work unless the tiles are cut too: two tasks per thread at the least.
    let parts = max(leastParts, isShared ? (2 * threads + panels - 1) / panels : 1)
    let perChunk = ((tiles + parts - 1) / parts + rows - 1) / rows * rows
    let panelBytes = perChunk * matrices * best.columns * MemoryLayout<Float>.stride
    panelsPerTask =
      isShared ? max(1, min(panels / (2 * threads), CacheSize.secondLevel * 3 / 8 / panelBytes)) : 1
    // A smaller chunk would read as many weights for less.
    let most = perChunk / rows
    let chunks = Shares.cut((tiles + rows - 1) / rows, among: threads, most: most, least: most).map {
      min($0.lowerBound * rows, tiles)..<min($0.upperBound * rows, tiles)
    }
    tasks =
      !isShared
      ? chunks.map { (0..<panels, $0) }
      : parts == 1
        ? Shares.cut(panels, among: threads, most: panelsPerTask).map { ($0, 0..<tiles) }
        : chunks.flatMap { chunk in (0..<panels).map { ($0..<($0 + 1), chunk) } }
    let slots = (isShared ? tiles + rows - 1 : perChunk) / rows * rows
    patchGroups = slots / rows
    patchStride = slots * channels + 16
    sumStride = perChunk * best.columns + 16
  }

  /// The channel blocks of each pass.
  func passes(channelBlocks: Int) -> LazyMapSequence<StrideTo<Int>, Range<Int>> {
    stride(from: 0, to: channelBlocks, by: blocksPerPass).lazy.map { [blocksPerPass] first in
      first..<min(first + blocksPerPass, channelBlocks)
    }
  }

  /// Where a group's rows of a pass begin in a matrix: the rows of all groups lie behind one another, in the order in
  /// which they are multiplied.
  func place(ofGroup group: Int, in pass: Range<Int>) -> Int {
    (pass.lowerBound * patchGroups + group * pass.count) * kernel.rows * PackedStrip.depth
  }

  /// Groups of MR rows that hold `tiles`.
  func groups(of tiles: Range<Int>) -> Int { (tiles.count + kernel.rows - 1) / kernel.rows }
}

/// Where things lie in a worker's scratch memory, in floats. Each begins on a cache line.
///
/// Transformed patches, [matrices][passes][groups][channel blocks][MR][16], lie first; where they are shared, those of
/// the first worker are used.
struct WinogradScratch {
  /// Sums, [panels of a task][matrices][groups][MR][NR].
  private let sums: Int
  private let panelSums: Int
  /// One patch of a channel block, copied where it reaches over an edge.
  let patch: Int
  /// A run of finished tiles, [m rows][pixels][NR].
  let stage: Int
  let count: Int
  /// Pixels of a staged row: a transposed block of them fills whole vectors.
  let stageWidth = 16
  /// Tiles of a staged run at the most.
  let runLength: Int

  init(_ chunking: WinogradChunking, _ transform: WinogradTransform) {
    sums = chunking.matrices * chunking.patchStride
    panelSums = chunking.matrices * chunking.sumStride
    patch = sums + chunking.panelsPerTask * panelSums
    stage = patch + chunking.matrices * PackedStrip.depth
    count = stage + transform.outputs * stageWidth * chunking.kernel.columns
    runLength = stageWidth / transform.outputs
  }

  /// Where the sums of one of a task's panels begin.
  func sums(ofPanel index: Int) -> Int { sums + index * panelSums }
}
