import Backends
import Catalogue
import Microkernels
import Tensors

/// A 3×3 convolution of stride 1 by Winograd's algorithm, from a blocked map into an NCHW output.
///
/// For each chunk of tiles: the patches are transformed into (m + 2)² matrices of tiles × channels, each is multiplied
/// by its matrix of transformed filters, and the sums are transformed back, a panel of NR output channels at a time,
/// while they are still in the cache.
///
/// Summation tree of one output: the input transform, both dimensions; the filter's one rounding; a chain of KC
/// products and a chain of the ⌈C/KC⌉ chains; the sums' transform, both dimensions; scale and shift.
final class WinogradCore {
  let geometry: ConvolutionGeometry
  let transform: WinogradTransform
  let height: Int
  private let tiling: WinogradTiling
  private let weights: WinogradWeights
  private let kernels: WinogradKernels
  private let gemm: PackedGemmKernel
  private let scales: AlignedBuffer
  private let shifts: AlignedBuffer
  private let relu: Bool
  private let points: WinogradPoints
  private let chunking: WinogradChunking
  private let transpose: KernelTable.Transposition

  /// Channel blocks in one chain of products, KC = 64. Longer chains err more (the mean error of C = 512 in one chain
  /// is twice that of eight), shorter ones cost time.
  private static let blocksPerChain = 4

  init(
    _ context: PlanContext, _ geometry: ConvolutionGeometry, _ transform: WinogradTransform,
    _ parameters: Parameters<Float>
  ) {
    guard let weight = parameters.weight else { preconditionFailure("a convolution has weights") }
    self.geometry = geometry
    self.transform = transform
    kernels = context.kernels.winograd(transform)
    transpose = context.kernels.transpose
    tiling = WinogradTiling(
      batch: geometry.batch, output: geometry.output, dilation: geometry.convolution.dilation,
      outputs: transform.outputs)
    let depth = geometry.blocks * PackedTile.depth
    chunking = WinogradChunking(
      tiles: tiling.tiles.count, channels: depth, outputs: geometry.groupOutputs,
      matrices: transform.size * transform.size, kernels: context.kernels.packedGemms,
      threads: context.pool.size)
    gemm = chunking.kernel
    weights = WinogradWeights(weight, transform, columns: gemm.columns, pool: context.pool)
    let affine = ChannelAffine(
      channels: geometry.groupOutputs, parameters, epsilon: geometry.convolution.normEpsilon)
    relu = geometry.convolution.relu
    scales = AlignedBuffer(zeros: weights.panels * gemm.columns)
    shifts = AlignedBuffer(zeros: weights.panels * gemm.columns)
    for channel in affine.scale.indices {
      scales.start[channel] = affine.scale[channel]
      shifts.start[channel] = affine.shift[channel]
    }
    points = WinogradPoints(transform)
    let fuses = context.kernels.fuses
    let chain = min(Self.blocksPerChain, geometry.blocks) * PackedTile.depth
    let chains = (geometry.blocks + Self.blocksPerChain - 1) / Self.blocksPerChain
    let products = chain + (fuses ? 0 : 1) + chains - 1
    height =
      2 * transform.inputRoundings(fuses: fuses) + 1 + products + 2 * transform.sumRoundings(fuses: fuses)
      + affine.roundings
  }

  /// Elements of scratch that one worker needs; see ``WinogradScratch``.
  func scratch() -> WinogradScratch { WinogradScratch(chunking, patch: transform.size * transform.size) }

  /// Computes the layer from `map`'s blocks.
  func compute(
    _ map: BlockedMap, into output: UnsafeMutablePointer<Float>, pool: WorkerPool, scratch: [WinogradScratch]
  ) {
    let chunks = chunking.chunks
    if chunking.isShared {
      let groups = chunking.groups(of: 0..<tiling.tiles.count)
      pool.run(tasks: groups) { group, worker in
        let first = group * gemm.rows
        transformPatches(
          first..<min(first + gemm.rows, tiling.tiles.count), map, into: scratch[0].patches, scratch[worker],
          firstSlot: first)
      }
      pool.run(tasks: weights.panels * chunks.count) { task, worker in
        let (panel, chunk) = task.quotientAndRemainder(dividingBy: chunks.count)
        multiply(
          panel: panel, tiles: chunks[chunk], firstSlot: chunks[chunk].lowerBound, scratch[0].patches,
          scratch[worker])
        finish(panel: panel, tiles: chunks[chunk], scratch[worker], output)
      }
    } else {
      pool.run(tasks: chunks.count) { task, worker in
        let tiles = chunks[task]
        transformPatches(tiles, map, into: scratch[worker].patches, scratch[worker], firstSlot: 0)
        for panel in 0..<weights.panels {
          multiply(panel: panel, tiles: tiles, firstSlot: 0, scratch[worker].patches, scratch[worker])
          finish(panel: panel, tiles: tiles, scratch[worker], output)
        }
      }
    }
  }

  /// Bᵀ·d·B of the patches of `tiles`, into the rows from `firstSlot` on.
  private func transformPatches(
    _ tiles: Range<Int>, _ map: BlockedMap, into patches: AlignedBuffer, _ scratch: WinogradScratch,
    firstSlot: Int
  ) {
    for (offset, index) in tiles.enumerated() {
      let slot = firstSlot + offset
      let (group, row) = slot.quotientAndRemainder(dividingBy: gemm.rows)
      let target =
        patches.start + group * gemm.rows * weights.depth + row * PackedTile.depth
      transformPatch(tiling.tiles[index], map, target, scratch)
    }
  }

  private func transformPatch(
    _ tile: WinogradTiling.Tile, _ map: BlockedMap, _ target: UnsafeMutablePointer<Float>,
    _ scratch: WinogradScratch
  ) {
    let padding = geometry.convolution.padding
    let (depth, padded) = (geometry.depth, geometry.padded)
    // The patch's first pixel, counted in the stored map with its border.
    let top = tile.row - padding.vertical + map.border.vertical
    let left = tile.column - padding.horizontal + map.border.horizontal
    let last = transform.size - 1
    let source = map.start + tile.image * geometry.mapStride
    let isInside =
      top >= 0 && left >= 0 && top + last * tiling.step.vertical < padded.vertical
      && left + last * tiling.step.horizontal < padded.horizontal
    if isInside, depth == PackedTile.depth {
      kernels.transform(
        WinogradPatch(
          source: source + (top * padded.horizontal + left) * depth,
          rowStride: tiling.step.vertical * padded.horizontal * depth,
          columnStride: tiling.step.horizontal * depth, blockStride: geometry.blockStride,
          blocks: geometry.blocks, target: target, matrixStride: chunking.patchStride,
          targetBlockStride: gemm.rows * PackedTile.depth, points: points))
      return
    }
    for block in 0..<geometry.blocks {
      copyPatch(source + block * geometry.blockStride, top: top, left: left, into: scratch.patch.start)
      kernels.transform(
        WinogradPatch(
          source: UnsafePointer(scratch.patch.start), rowStride: transform.size * PackedTile.depth,
          columnStride: PackedTile.depth, blockStride: 0, blocks: 1,
          target: target + block * gemm.rows * PackedTile.depth, matrixStride: chunking.patchStride,
          targetBlockStride: 0, points: points))
    }
  }

  /// A patch that reaches over the stored map's edge, or whose channels do not fill a block: zeros lie there.
  private func copyPatch(
    _ block: UnsafePointer<Float>, top: Int, left: Int, into patch: UnsafeMutablePointer<Float>
  ) {
    let (depth, padded) = (geometry.depth, geometry.padded)
    for row in 0..<transform.size {
      for column in 0..<transform.size {
        let pixel = patch + (row * transform.size + column) * PackedTile.depth
        let (y, x) = (top + row * tiling.step.vertical, left + column * tiling.step.horizontal)
        let isInside = y >= 0 && x >= 0 && y < padded.vertical && x < padded.horizontal
        let source = block + (y * padded.horizontal + x) * depth
        for channel in 0..<PackedTile.depth {
          pixel[channel] = isInside && channel < depth ? source[channel] : 0
        }
      }
    }
  }

  /// One panel's sums for `tiles`, matrix by matrix.
  private func multiply(
    panel: Int, tiles: Range<Int>, firstSlot: Int, _ patches: AlignedBuffer, _ scratch: WinogradScratch
  ) {
    let firstGroup = firstSlot / gemm.rows
    let groups = chunking.groups(of: tiles)
    let groupSize = gemm.rows * weights.depth
    let tileSize = gemm.rows * gemm.columns
    for matrix in 0..<(transform.size * transform.size) {
      let a = patches.start + matrix * chunking.patchStride + firstGroup * groupSize
      let b = weights.panel(panel, matrix: matrix)
      let c = scratch.sums.start + matrix * chunking.sumStride
      for group in 0..<groups {
        gemm.run(
          PackedTile(
            a: UnsafePointer(a + group * groupSize), b: b, c: c + group * tileSize, blocks: geometry.blocks,
            blocksPerChain: Self.blocksPerChain))
      }
    }
  }

  /// Aᵀ·s·A of one panel for `tiles`, finished and written.
  private func finish(
    panel: Int, tiles: Range<Int>, _ scratch: WinogradScratch, _ output: UnsafeMutablePointer<Float>
  ) {
    var index = tiles.lowerBound
    while index < tiles.upperBound {
      let first = tiling.tiles[index]
      var count = 1
      while count < scratch.runLength, index + count < tiles.upperBound,
        tiling.isRun(tiling.tiles[index + count - 1], tiling.tiles[index + count])
      {
        count += 1
      }
      for offset in 0..<count {
        finish(panel: panel, slot: index - tiles.lowerBound + offset, column: offset, scratch)
      }
      write(panel: panel, from: first, count: count, scratch, output)
      index += count
    }
  }

  /// One tile's values into column `column` of the staged run.
  private func finish(panel: Int, slot: Int, column: Int, _ scratch: WinogradScratch) {
    let channel = panel * gemm.columns
    kernels.finish(
      WinogradResult(
        source: UnsafePointer(scratch.sums.start + slot * gemm.columns), matrixStride: chunking.sumStride,
        blocks: gemm.columns / PackedTile.depth,
        target: scratch.stage.start + column * transform.outputs * PackedTile.depth,
        rowStride: scratch.stageWidth * PackedTile.depth, columnStride: PackedTile.depth,
        blockStride: transform.outputs * scratch.stageWidth * PackedTile.depth,
        scale: UnsafePointer(scales.start + channel), shift: UnsafePointer(shifts.start + channel),
        relu: relu,
        points: points))
  }

  /// The staged run of tiles into NCHW.
  private func write(
    panel: Int, from tile: WinogradTiling.Tile, count: Int, _ scratch: WinogradScratch,
    _ output: UnsafeMutablePointer<Float>
  ) {
    let area = geometry.outputArea
    let width = geometry.output.horizontal
    let rows = tiling.rows(of: tile)
    let last = WinogradTiling.Tile(
      image: tile.image, row: tile.row, column: tile.column + (count - 1) * transform.outputs)
    let columns = (count - 1) * transform.outputs + tiling.columns(of: last)
    let blockSize = transform.outputs * scratch.stageWidth * PackedTile.depth
    for block in 0..<(gemm.columns / PackedTile.depth) {
      let channel = panel * gemm.columns + block * PackedTile.depth
      let channels = min(PackedTile.depth, geometry.groupOutputs - channel)
      guard channels > 0 else { break }
      for row in 0..<rows {
        let source =
          scratch.stage.start + block * blockSize + row * scratch.stageWidth * PackedTile.depth
        let target =
          output + (tile.image * geometry.groupOutputs + channel) * area
          + (tile.row + row * tiling.step.vertical) * width + tile.column
        if tiling.step.horizontal == 1 {
          transpose(UnsafePointer(source), PackedTile.depth, target, area, columns, channels)
        } else {
          for place in 0..<(columns * channels) {
            let (pixel, lane) = place.quotientAndRemainder(dividingBy: channels)
            target[lane * area + pixel * tiling.step.horizontal] = source[pixel * PackedTile.depth + lane]
          }
        }
      }
    }
  }
}

extension WinogradPoints {
  init(_ transform: WinogradTransform) {
    let pairs = transform.points.filter { $0 > 0 }.map(Float.init)
    self.init(a: pairs.first ?? 0, b: pairs.last ?? 0)
  }
}
