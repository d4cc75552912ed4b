import Backends
import Catalogue
import Microkernels
import Tensors

/// A 3×3 convolution of stride 1 by Winograd's algorithm.
///
/// For each chunk of tiles: the patches are transformed into (m + 2)² matrices of tiles × channels, each is multiplied
/// by its matrix of transformed filters, and the sums are transformed back, a panel of NR output channels at a time,
/// while they are still in the cache.
///
/// Summation tree of one output: the input transform, both dimensions; the filter's one rounding; a chain of KC
/// products and a chain of the ⌈C/KC⌉ chains; the sums' transform, both dimensions; scale and shift.
final class WinogradCore: ConvolutionCore {
  let geometry: ConvolutionGeometry
  let transform: WinogradTransform
  private let height: Int
  private let output: MapLayout
  private let pool: WorkerPool
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

  /// Whether the algorithm computes such layers.
  static func offers(_ layer: Layer, _ convolution: Convolution) -> Bool {
    guard let weight = layer.parameterShapes.weight else { return false }
    return weight[2] == 3 && weight[3] == 3 && convolution.stride == Pair(1) && convolution.groups == 1
  }

  init(
    _ context: PlanContext, _ convolution: Convolution, _ transform: WinogradTransform,
    _ parameters: Parameters<Float>, _ surroundings: ConvolutionSurroundings
  ) {
    precondition(surroundings.factor == nil, "a Winograd convolution takes in no product")
    let geometry = ConvolutionGeometry(context.layer, convolution, input: surroundings.input)
    output = surroundings.output
    pool = context.pool
    guard let weight = parameters.weight else { preconditionFailure("a convolution has weights") }
    self.geometry = geometry
    self.transform = transform
    kernels = context.kernels.winograd(transform)
    transpose = context.kernels.transpose
    tiling = WinogradTiling(
      batch: geometry.input.batch, output: geometry.output, dilation: geometry.convolution.dilation,
      outputs: transform.outputs)
    let depth = geometry.input.blocks * PackedTile.depth
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
    let chain = min(Self.blocksPerChain, geometry.input.blocks) * PackedTile.depth
    let chains = (geometry.input.blocks + Self.blocksPerChain - 1) / Self.blocksPerChain
    let products = chain + (fuses ? 0 : 1) + chains - 1
    height =
      2 * transform.inputRoundings(fuses: fuses) + 1 + products + 2 * transform.sumRoundings(fuses: fuses)
      + affine.roundings
  }

  var errorModel: ErrorModel { ErrorModel(height: height, winograd: transform) }
  var scratchCount: Int { WinogradScratch.count(chunking) }
  var packedCount: Int { weights.buffer.count + scales.count + shifts.count }

  func run(_ operands: ConvolutionOperands) {
    let chunks = chunking.chunks
    // Used by all workers, each its own part.
    nonisolated(unsafe) let scratch = (0..<pool.size).map {
      WinogradScratch(chunking, operands.workspace.start($0))
    }
    if chunking.isShared {
      let groups = chunking.groups(of: 0..<tiling.tiles.count)
      pool.run(tasks: groups) { group, worker in
        let first = group * gemm.rows
        transformPatches(
          first..<min(first + gemm.rows, tiling.tiles.count), operands.input, into: scratch[0].patches,
          scratch[worker], firstSlot: first)
      }
      pool.run(tasks: weights.panels * chunks.count) { task, worker in
        let (panel, chunk) = task.quotientAndRemainder(dividingBy: chunks.count)
        multiply(
          panel: panel, tiles: chunks[chunk], firstSlot: chunks[chunk].lowerBound, scratch[0].patches,
          scratch[worker])
        finish(panel: panel, tiles: chunks[chunk], scratch[worker], operands.output)
      }
    } else {
      pool.run(tasks: chunks.count) { task, worker in
        let tiles = chunks[task]
        transformPatches(
          tiles, operands.input, into: scratch[worker].patches, scratch[worker], firstSlot: 0)
        for panel in 0..<weights.panels {
          multiply(panel: panel, tiles: tiles, firstSlot: 0, scratch[worker].patches, scratch[worker])
          finish(panel: panel, tiles: tiles, scratch[worker], operands.output)
        }
      }
    }
  }

  /// Bᵀ·d·B of the patches of `tiles`, into the rows from `firstSlot` on.
  private func transformPatches(
    _ tiles: Range<Int>, _ map: UnsafePointer<Float>, into patches: UnsafeMutablePointer<Float>,
    _ scratch: WinogradScratch, firstSlot: Int
  ) {
    for (offset, index) in tiles.enumerated() {
      let slot = firstSlot + offset
      let (group, row) = slot.quotientAndRemainder(dividingBy: gemm.rows)
      let target =
        patches + group * gemm.rows * weights.depth + row * PackedTile.depth
      transformPatch(tiling.tiles[index], map, target, scratch)
    }
  }

  private func transformPatch(
    _ tile: WinogradTiling.Tile, _ map: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>,
    _ scratch: WinogradScratch
  ) {
    let padding = geometry.convolution.padding
    let (depth, padded) = (geometry.input.depth, geometry.input.padded)
    // The patch's first pixel, counted in the stored map with its border.
    let top = tile.row - padding.vertical + geometry.input.border.vertical
    let left = tile.column - padding.horizontal + geometry.input.border.horizontal
    let last = transform.size - 1
    let source = map + tile.image * geometry.input.imageStride
    let isInside =
      top >= 0 && left >= 0 && top + last * tiling.step.vertical < padded.vertical
      && left + last * tiling.step.horizontal < padded.horizontal
    if isInside, depth == PackedTile.depth {
      kernels.transform(
        WinogradPatch(
          source: source + (top * padded.horizontal + left) * depth,
          rowStride: tiling.step.vertical * padded.horizontal * depth,
          columnStride: tiling.step.horizontal * depth, blockStride: geometry.input.blockStride,
          blocks: geometry.input.blocks, target: target, matrixStride: chunking.patchStride,
          targetBlockStride: gemm.rows * PackedTile.depth, points: points))
      return
    }
    for block in 0..<geometry.input.blocks {
      copyPatch(source + block * geometry.input.blockStride, top: top, left: left, into: scratch.patch)
      kernels.transform(
        WinogradPatch(
          source: UnsafePointer(scratch.patch), rowStride: transform.size * PackedTile.depth,
          columnStride: PackedTile.depth, blockStride: 0, blocks: 1,
          target: target + block * gemm.rows * PackedTile.depth, matrixStride: chunking.patchStride,
          targetBlockStride: 0, points: points))
    }
  }

  /// A patch that reaches over the stored map's edge, or whose channels do not fill a block: zeros lie there.
  private func copyPatch(
    _ block: UnsafePointer<Float>, top: Int, left: Int, into patch: UnsafeMutablePointer<Float>
  ) {
    let (depth, padded) = (geometry.input.depth, geometry.input.padded)
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
    panel: Int, tiles: Range<Int>, firstSlot: Int, _ patches: UnsafeMutablePointer<Float>,
    _ scratch: WinogradScratch
  ) {
    let firstGroup = firstSlot / gemm.rows
    let groups = chunking.groups(of: tiles)
    let groupSize = gemm.rows * weights.depth
    let tileSize = gemm.rows * gemm.columns
    for matrix in 0..<(transform.size * transform.size) {
      let a = patches + matrix * chunking.patchStride + firstGroup * groupSize
      let b = weights.panel(panel, matrix: matrix)
      let c = scratch.sums + matrix * chunking.sumStride
      for group in 0..<groups {
        gemm.run(
          PackedTile(
            a: UnsafePointer(a + group * groupSize), b: b, c: c + group * tileSize,
            blocks: geometry.input.blocks,
            blocksPerChain: Self.blocksPerChain))
      }
    }
  }

  /// Aᵀ·s·A of one panel for `tiles`, finished and written.
  private func finish(
    panel: Int, tiles: Range<Int>, _ scratch: WinogradScratch, _ target: UnsafeMutablePointer<Float>
  ) {
    var index = tiles.lowerBound
    while index < tiles.upperBound {
      let first = tiling.tiles[index]
      if output.depth == PackedTile.depth, tiling.isWhole(first) {
        store(panel: panel, tile: first, slot: index - tiles.lowerBound, scratch, target)
        index += 1
        continue
      }
      var count = 1
      while count < runLength, index + count < tiles.upperBound,
        tiling.isRun(tiling.tiles[index + count - 1], tiling.tiles[index + count])
      {
        count += 1
      }
      for offset in 0..<count {
        finish(panel: panel, slot: index - tiles.lowerBound + offset, column: offset, scratch)
      }
      write(panel: panel, from: first, count: count, scratch, target)
      index += count
    }
  }

  /// A whole tile's values straight into their blocks.
  private func store(
    panel: Int, tile: WinogradTiling.Tile, slot: Int, _ scratch: WinogradScratch,
    _ target: UnsafeMutablePointer<Float>
  ) {
    let channel = panel * gemm.columns
    let block = channel / PackedTile.depth
    kernels.finish(
      WinogradResult(
        source: UnsafePointer(scratch.sums + slot * gemm.columns), matrixStride: chunking.sumStride,
        blocks: min(gemm.columns / PackedTile.depth, output.blocks - block),
        target: target + output.offset(image: tile.image, row: tile.row, column: tile.column)
          + block * output.blockStride,
        rowStride: tiling.step.vertical * output.rowStride,
        columnStride: tiling.step.horizontal * output.depth, blockStride: output.blockStride,
        scale: UnsafePointer(scales.start + channel), shift: UnsafePointer(shifts.start + channel),
        relu: relu,
        points: points))
  }

  /// One tile's values into column `column` of the staged run.
  private func finish(panel: Int, slot: Int, column: Int, _ scratch: WinogradScratch) {
    let channel = panel * gemm.columns
    kernels.finish(
      WinogradResult(
        source: UnsafePointer(scratch.sums + slot * gemm.columns), matrixStride: chunking.sumStride,
        blocks: gemm.columns / PackedTile.depth,
        target: scratch.stage + column * transform.outputs * PackedTile.depth,
        rowStride: WinogradScratch.stageWidth * PackedTile.depth, columnStride: PackedTile.depth,
        blockStride: transform.outputs * WinogradScratch.stageWidth * PackedTile.depth,
        scale: UnsafePointer(scales.start + channel), shift: UnsafePointer(shifts.start + channel),
        relu: relu,
        points: points))
  }

  /// The staged run of tiles into the output's layout.
  private func write(
    panel: Int, from tile: WinogradTiling.Tile, count: Int, _ scratch: WinogradScratch,
    _ target: UnsafeMutablePointer<Float>
  ) {
    let rows = tiling.rows(of: tile)
    let last = WinogradTiling.Tile(
      image: tile.image, row: tile.row, column: tile.column + (count - 1) * transform.outputs)
    let columns = (count - 1) * transform.outputs + tiling.columns(of: last)
    let stageRow = WinogradScratch.stageWidth * PackedTile.depth
    for block in 0..<(gemm.columns / PackedTile.depth) {
      let channel = panel * gemm.columns + block * PackedTile.depth
      let channels = min(PackedTile.depth, geometry.groupOutputs - channel)
      guard channels > 0 else { break }
      let (outputBlock, lane) = channel.quotientAndRemainder(dividingBy: output.depth)
      for row in 0..<rows {
        let source = UnsafePointer(scratch.stage + (block * transform.outputs + row) * stageRow)
        let place = output.offset(
          image: tile.image, row: tile.row + row * tiling.step.vertical, column: tile.column)
        write(source, columns, channels, target + place + outputBlock * output.blockStride + lane)
      }
    }
  }

  /// `columns` pixels of up to sixteen channels from the stage to `target`, the first pixel's first channel. Channels
  /// lie side by side, or, in NCHW, a plane apart.
  private func write(
    _ source: UnsafePointer<Float>, _ columns: Int, _ channels: Int, _ target: UnsafeMutablePointer<Float>
  ) {
    let pixelStride = tiling.step.horizontal * output.depth
    let channelStride = output.depth == 1 ? output.blockStride : 1
    if pixelStride == 1 {
      transpose(source, PackedTile.depth, target, channelStride, columns, channels)
      return
    }
    for pixel in 0..<columns {
      for lane in 0..<channels {
        target[pixel * pixelStride + lane * channelStride] = source[pixel * PackedTile.depth + lane]
      }
    }
  }

  /// Tiles of a staged run at the most.
  private var runLength: Int { max(1, WinogradScratch.stageWidth / transform.outputs) }
}

extension WinogradPoints {
  init(_ transform: WinogradTransform) {
    let pairs = transform.points.filter { $0 > 0 }.map(Float.init)
    self.init(a: pairs.first ?? 0, b: pairs.last ?? 0)
  }
}
