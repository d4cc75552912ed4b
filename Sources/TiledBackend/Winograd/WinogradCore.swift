import Backends
import Catalogue
import Microkernels
import Tensors

/// A convolution with a 3×3 kernel, stride 1 or 2 and one group by Winograd's algorithm.
///
/// For each chunk of tiles: the patches are transformed into as many matrices as a patch has pixels, of tiles × channels,
/// each is multiplied by its matrix of transformed filters, and the sums are transformed back, a panel of NR output
/// channels at a time, while they are still in the cache.
///
/// Summation tree of one output: the input transform, both dimensions; the filter's one rounding; a chain of KC
/// products and a chain of the ⌈C/KC⌉ chains; the sums' transform, both dimensions; the epilogue.
final class WinogradCore: ConvolutionCore {
  let errorModel: ErrorModel
  private let geometry: ConvolutionGeometry
  private let output: MapLayout
  /// Whether the maxima of two by two pixels are written instead of all.
  private let isPooled: Bool
  private let transform: WinogradTransform
  private let tiling: WinogradTiling
  private let chunking: WinogradChunking
  private let weights: WinogradWeights
  private let kernels: WinogradKernels
  private let gemm: PackedGemmKernel
  private let epilogue: Epilogue
  private let identity: IdentityAffine
  private let points: WinogradPoints
  private let memory: WinogradScratch
  private let pool: WorkerPool

  /// Channel blocks in one chain of products, KC = 32. Longer chains err more: over 64 channels the mean error is 4.2
  /// times the direct algorithm's in one chain and 3.3 times in two; shorter ones cost time.
  private static let blocksPerChain = 2

  /// The transforms that compute such layers.
  static func transforms(for layer: Layer, _ convolution: Convolution) -> [WinogradTransform] {
    guard layer.kind == .conv2d, let weight = layer.parameterShapes.weight else { return [] }
    return WinogradTransform.all.filter { $0.computes(convolution, weight: weight) }
  }

  /// Whether a layer's tiles can be pooled two by two as they are finished: each is whole and stored directly. ReLU leaves
  /// no negative zero, whose place among equals would show in which order the maxima were taken.
  static func pools(
    _ context: PlanContext, _ convolution: Convolution, _ transform: WinogradTransform, _ pooling: Pooling
  ) -> Bool {
    let shape = context.layer.outputShape
    let columns = context.kernels.packedGemms.map(\.columns).max() ?? 1
    return pooling.kernel == Pair(2) && pooling.stride == Pair(2) && pooling.padding == Pair(0)
      && convolution.relu && convolution.dilation == Pair(1) && shape[1].isMultiple(of: columns)
      && shape[2].isMultiple(of: transform.outputs) && shape[3].isMultiple(of: transform.outputs)
  }

  init(
    _ context: PlanContext, _ convolution: Convolution, _ transform: WinogradTransform,
    _ parameters: Parameters<Float>, _ surroundings: ConvolutionSurroundings
  ) {
    guard let weight = parameters.weight else { preconditionFailure("a convolution has weights") }
    geometry = ConvolutionGeometry(context.layer, convolution, input: surroundings.input)
    output = surroundings.output
    isPooled = surroundings.isPooled
    self.transform = transform
    pool = context.pool
    kernels = context.kernels.winograd(transform)
    tiling = WinogradTiling(
      batch: geometry.input.batch, output: geometry.output, dilation: convolution.dilation,
      outputs: transform.outputs)
    chunking = WinogradChunking(
      tiles: tiling.tiles.count, channels: geometry.input.blocks * PackedStrip.depth,
      outputs: geometry.groupOutputs, matrices: transform.size * transform.size,
      kernels: context.kernels.packedGemms, threads: pool.size, blocksPerChain: Self.blocksPerChain)
    gemm = chunking.kernel
    weights = WinogradWeights(weight, transform, columns: gemm.columns, pool: pool)
    epilogue = Epilogue(
      context.kernels, geometry, parameters, surroundings, columns: gemm.columns, panels: weights.panels)
    identity = IdentityAffine(count: gemm.columns)
    points = WinogradPoints(transform)
    memory = WinogradScratch(chunking, transform)
    errorModel = ErrorModel(
      height: Self.height(transform, blocks: geometry.input.blocks, fuses: context.kernels.fuses)
        + epilogue.roundings, winograd: transform)
  }

  private static func height(_ transform: WinogradTransform, blocks: Int, fuses: Bool) -> Int {
    let chain = min(blocksPerChain, blocks) * PackedStrip.depth
    let chains = (blocks + blocksPerChain - 1) / blocksPerChain
    let products = chain + (fuses ? 0 : 1) + chains - 1
    return 2 * transform.inputRoundings(fuses: fuses) + 1 + products + 2
      * transform.sumRoundings(fuses: fuses)
  }

  var scratchCount: Int { memory.count }
  var packedCount: Int { weights.buffer.count + epilogue.packedCount + identity.count }

  func run(_ operands: ConvolutionOperands) {
    guard chunking.isShared else {
      return pool.run(tasks: chunking.tasks.count) { task, worker in
        let (panels, tiles) = chunking.tasks[task]
        guard !tiles.isEmpty else { return }
        let scratch = operands.workspace.start(worker)
        transformPatches(tiles, firstSlot: 0, operands, into: scratch, scratch)
        for panel in panels {
          multiply(panels: panel..<(panel + 1), tiles: tiles, firstSlot: 0, patches: scratch, scratch)
          finish(panel: panel, tiles: tiles, operands, scratch, sums: scratch + memory.sums(ofPanel: 0))
        }
      }
    }
    let tiles = tiling.tiles.count
    let patches = operands.workspace.start(0)
    pool.run(tasks: chunking.groups(of: 0..<tiles)) { group, worker in
      let first = group * gemm.rows
      transformPatches(
        first..<min(first + gemm.rows, tiles), firstSlot: first, operands, into: patches,
        operands.workspace.start(worker))
    }
    pool.run(tasks: chunking.tasks.count) { task, worker in
      let (panels, tiles) = chunking.tasks[task]
      guard !panels.isEmpty, !tiles.isEmpty else { return }
      let scratch = operands.workspace.start(worker)
      multiply(panels: panels, tiles: tiles, firstSlot: tiles.lowerBound, patches: patches, scratch)
      for panel in panels {
        finish(
          panel: panel, tiles: tiles, operands, scratch,
          sums: scratch + memory.sums(ofPanel: panel - panels.lowerBound))
      }
    }
  }

  // MARK: Bᵀ·d·B

  /// Transforms the patches of `tiles` into the rows of `patches` from `firstSlot` on.
  private func transformPatches(
    _ tiles: Range<Int>, firstSlot: Int, _ operands: ConvolutionOperands,
    into patches: UnsafeMutablePointer<Float>, _ scratch: UnsafeMutablePointer<Float>
  ) {
    for blocks in chunking.passes(channelBlocks: geometry.input.blocks) {
      for (offset, index) in tiles.enumerated() {
        let (group, row) = (firstSlot + offset).quotientAndRemainder(dividingBy: gemm.rows)
        transformPatch(
          tiling.tiles[index], blocks, operands.input,
          patches + chunking.place(ofGroup: group, in: blocks) + row * PackedStrip.depth,
          scratch + memory.patch)
      }
      clearRest(ofSlot: firstSlot + tiles.count, in: blocks, patches)
    }
  }

  /// Fills the rows of a group that begin with `slot` with zeros: no tile is left for them. Their sums are dropped, but
  /// denormal numbers, such as integers that lay there are, would cost a hundred cycles each on some processors.
  private func clearRest(ofSlot slot: Int, in blocks: Range<Int>, _ patches: UnsafeMutablePointer<Float>) {
    let (group, row) = slot.quotientAndRemainder(dividingBy: gemm.rows)
    guard row > 0 else { return }
    let start = patches + chunking.place(ofGroup: group, in: blocks) + row * PackedStrip.depth
    for matrix in 0..<chunking.matrices {
      for block in 0..<blocks.count {
        (start + matrix * chunking.patchStride + block * gemm.rows * PackedStrip.depth)
          .update(repeating: 0, count: (gemm.rows - row) * PackedStrip.depth)
      }
    }
  }

  private func transformPatch(
    _ tile: WinogradTiling.Tile, _ blocks: Range<Int>, _ map: UnsafePointer<Float>,
    _ target: UnsafeMutablePointer<Float>, _ copy: UnsafeMutablePointer<Float>
  ) {
    let input = geometry.input
    let padding = geometry.convolution.padding
    // The patch's first pixel, counted in the stored map with its border.
    let top = tile.row * transform.stride - padding.vertical + input.border.vertical
    let left = tile.column * transform.stride - padding.horizontal + input.border.horizontal
    let last = transform.size - 1
    let source = map + tile.image * input.imageStride + blocks.lowerBound * input.blockStride
    let isInside =
      top >= 0 && left >= 0 && top + last * tiling.step.vertical < input.padded.vertical
      && left + last * tiling.step.horizontal < input.padded.horizontal
    if isInside, input.depth == PackedStrip.depth {
      return kernels.transform(
        WinogradPatch(
          source: source + top * input.rowStride + left * input.depth,
          rowStride: tiling.step.vertical * input.rowStride,
          columnStride: tiling.step.horizontal * input.depth, blockStride: input.blockStride,
          blocks: blocks.count, target: target, matrixStride: chunking.patchStride,
          targetBlockStride: gemm.rows * PackedStrip.depth, points: points))
    }
    for block in 0..<blocks.count {
      copyPatch(source + block * input.blockStride, top: top, left: left, to: copy)
      kernels.transform(
        WinogradPatch(
          source: UnsafePointer(copy), rowStride: transform.size * PackedStrip.depth,
          columnStride: PackedStrip.depth, blockStride: 0, blocks: 1,
          target: target + block * gemm.rows * PackedStrip.depth, matrixStride: chunking.patchStride,
          targetBlockStride: 0, points: points))
    }
  }

  /// Copies a patch that reaches over the stored map's edge, or whose channels do not fill a block: zeros lie there.
  private func copyPatch(
    _ block: UnsafePointer<Float>, top: Int, left: Int, to patch: UnsafeMutablePointer<Float>
  ) {
    let input = geometry.input
    patch.update(repeating: 0, count: transform.size * transform.size * PackedStrip.depth)
    for row in 0..<transform.size {
      let y = top + row * tiling.step.vertical
      guard y >= 0, y < input.padded.vertical else { continue }
      for column in 0..<transform.size {
        let x = left + column * tiling.step.horizontal
        guard x >= 0, x < input.padded.horizontal else { continue }
        (patch + (row * transform.size + column) * PackedStrip.depth).update(
          from: block + y * input.rowStride + x * input.depth, count: input.depth)
      }
    }
  }

  // MARK: Products

  /// The sums of some panels for `tiles`, matrix by matrix; within a matrix panel by panel, while its patches are in the
  /// cache, and some channel blocks at a time. Meanwhile the weights that come next are asked for.
  private func multiply(
    panels: Range<Int>, tiles: Range<Int>, firstSlot: Int, patches: UnsafeMutablePointer<Float>,
    _ scratch: UnsafeMutablePointer<Float>
  ) {
    for (place, (matrix, _)) in weights.order.enumerated() {
      let a = patches + matrix * chunking.patchStride
      for panel in panels {
        let c =
          scratch + memory.sums(ofPanel: panel - panels.lowerBound) + matrix * chunking.sumStride
        let next =
          panel + 1 < panels.upperBound
          ? weights.panel(panel + 1, at: place, fromBlock: 0)
          : weights.panel(panels.lowerBound, at: (place + 1) % chunking.matrices, fromBlock: 0)
        for blocks in chunking.passes(channelBlocks: geometry.input.blocks) {
          let isLast = blocks.upperBound == geometry.input.blocks
          gemm.run(
            PackedStrip(
              a: a + chunking.place(ofGroup: firstSlot / gemm.rows, in: blocks),
              tileStride: blocks.count * gemm.rows * PackedStrip.depth,
              b: weights.panel(panel, at: place, fromBlock: blocks.lowerBound), c: c,
              tiles: chunking.groups(of: tiles), blocks: blocks.count, blocksPerChain: Self.blocksPerChain,
              accumulates: blocks.lowerBound > 0,
              next: isLast ? next : weights.panel(panel, at: place, fromBlock: blocks.upperBound)))
        }
      }
    }
  }

  // MARK: Aᵀ·s·A

  /// Transforms one panel's sums of `tiles` back and writes them.
  private func finish(
    panel: Int, tiles: Range<Int>, _ operands: ConvolutionOperands, _ scratch: UnsafeMutablePointer<Float>,
    sums: UnsafePointer<Float>
  ) {
    var index = tiles.lowerBound
    while index < tiles.upperBound {
      let slot = index - tiles.lowerBound
      if isStoredDirectly(tiling.tiles[index], panel: panel) {
        store(tiling.tiles[index], slot: slot, panel: panel, operands, sums)
        index += 1
        continue
      }
      let run = tiling.run(
        from: index, below: tiles.upperBound, most: longestRun(from: tiling.tiles[index], operands.output))
      for offset in 0..<run {
        stage(slot: slot + offset, panel: panel, column: offset * transform.outputs, scratch, sums)
      }
      finishStage(index..<(index + run), panel: panel, operands, scratch)
      index += run
    }
  }

  /// The most tiles of a run that begins with `tile`: so many that it ends where a cache line of the planes does, if tiles
  /// end there. The next run then fills whole lines.
  private func longestRun(from tile: WinogradTiling.Tile, _ target: UnsafePointer<Float>) -> Int {
    guard finishesStage else { return memory.runLength }
    let place = target + output.offset(image: tile.image, row: tile.row, column: tile.column)
    let used = Int(bitPattern: place) / MemoryLayout<Float>.stride % memory.stageWidth
    let left = memory.stageWidth - used
    return left.isMultiple(of: transform.outputs) ? left / transform.outputs : memory.runLength
  }

  /// Whether a tile's values can be written by the transform itself: they fill whole blocks, all lie in the output,
  /// and no product is fused to them.
  private func isStoredDirectly(_ tile: WinogradTiling.Tile, panel: Int) -> Bool {
    output.depth == PackedStrip.depth && epilogue.isPlain
      && (panel + 1) * gemm.columns <= output.channels && tiling.isWhole(tile)
  }

  private func store(
    _ tile: WinogradTiling.Tile, slot: Int, panel: Int, _ operands: ConvolutionOperands,
    _ sums: UnsafePointer<Float>
  ) {
    let block = panel * gemm.columns / PackedStrip.depth
    let affine = epilogue.affine(panel: panel)
    let unit = isPooled ? 2 : 1
    let finish = isPooled ? kernels.finishPooled : kernels.finish
    finish(
      WinogradResult(
        source: sums + slot * gemm.columns, matrixStride: chunking.sumStride,
        blocks: gemm.columns / PackedStrip.depth,
        target: operands.output + block * output.blockStride
          + output.offset(image: tile.image, row: tile.row / unit, column: tile.column / unit),
        rowStride: tiling.step.vertical * output.rowStride,
        columnStride: tiling.step.horizontal * output.depth, blockStride: output.blockStride,
        scale: affine.scale, shift: affine.shift, relu: affine.relu, points: points))
  }

  /// Whether the transform applies scale, shift and ReLU, and what is staged needs but be put into its planes.
  private var finishesStage: Bool { epilogue.isPlanar && epilogue.isPlain }

  /// One tile's sums into the staged run, from pixel `column` on: finished, or as they are.
  private func stage(
    slot: Int, panel: Int, column: Int, _ scratch: UnsafeMutablePointer<Float>, _ sums: UnsafePointer<Float>
  ) {
    let affine =
      finishesStage
      ? epilogue.affine(panel: panel) : (scale: identity.scale, shift: identity.shift, relu: false)
    kernels.finish(
      WinogradResult(
        source: sums + slot * gemm.columns, matrixStride: chunking.sumStride,
        blocks: gemm.columns / PackedStrip.depth,
        target: scratch + memory.stage + column * gemm.columns,
        rowStride: memory.stageWidth * gemm.columns, columnStride: gemm.columns,
        blockStride: PackedStrip.depth, scale: affine.scale, shift: affine.shift, relu: affine.relu,
        points: points))
  }

  /// The staged run of tiles through the epilogue, or into its planes, row by row; pixel by pixel where the next one lies elsewhere.
  private func finishStage(
    _ tiles: Range<Int>, panel: Int, _ operands: ConvolutionOperands, _ scratch: UnsafeMutablePointer<Float>
  ) {
    let first = tiling.tiles[tiles.lowerBound]
    let last = tiling.tiles[tiles.upperBound - 1]
    let columns = (tiles.count - 1) * transform.outputs + tiling.columns(of: last)
    let step = tiling.step
    for row in 0..<tiling.rows(of: first) {
      let line = scratch + memory.stage + row * memory.stageWidth * gemm.columns
      let pixel =
        first.image * geometry.outputArea
        + (first.row + row * step.vertical) * geometry.output.horizontal + first.column
      let length = step.horizontal == 1 ? columns : 1
      for column in stride(from: 0, to: columns, by: length) {
        let start = pixel + column * step.horizontal
        let (values, pixels) = (line + column * gemm.columns, start..<(start + length))
        if finishesStage {
          epilogue.store(
            values, panel: panel, group: 0, pixels: pixels, output: operands.output, factor: operands.factor)
        } else {
          epilogue.finish(
            values, panel: panel, group: 0, pixels: pixels, output: operands.output, factor: operands.factor)
        }
      }
    }
  }
}

/// Scales of one and shifts of negative zero: x·1 + (−0) is x to the bit, whatever the sign of a zero.
private final class IdentityAffine {
  private let scales: AlignedBuffer
  private let shifts: AlignedBuffer

  init(count: Int) {
    scales = AlignedBuffer(zeros: count)
    shifts = AlignedBuffer(zeros: count)
    scales.start.update(repeating: 1, count: count)
    shifts.start.update(repeating: -0.0, count: count)
  }

  var scale: UnsafePointer<Float> { UnsafePointer(scales.start) }
  var shift: UnsafePointer<Float> { UnsafePointer(shifts.start) }
  var count: Int { scales.count + shifts.count }
}

extension WinogradPoints {
  init(_ transform: WinogradTransform) {
    let pairs = transform.points.filter { $0 > 0 }.map(Float.init)
    self.init(a: pairs.first ?? 0, b: pairs.last ?? 0)
  }
}
