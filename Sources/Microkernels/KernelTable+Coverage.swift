extension KernelTable {
  /// The same kernels, each noting the ways that it is taken.
  public init(_ table: KernelTable, noting coverage: KernelCoverage) {
    let lanes = table.lanes
    func unary(_ name: String, _ run: @escaping Unary) -> Unary {
      let tail = LengthPaths(name, coverage, lanes: lanes)
      return { x, y, count in
        tail.note(count)
        run(x, y, count)
      }
    }
    func binary(_ name: String, _ run: @escaping Binary) -> Binary {
      let tail = LengthPaths(name, coverage, lanes: lanes)
      return { x, z, y, count, streams in
        tail.note(count)
        run(x, z, y, count, streams)
      }
    }
    self.lanes = lanes
    fuses = table.fuses
    gemms = table.gemms.map { GemmKernel($0, noting: coverage) }
    packedGemms = table.packedGemms.map { PackedGemmKernel($0, noting: coverage) }
    pixelGemms = table.pixelGemms.map { PixelGemmKernel($0, noting: coverage) }
    winograd2 = WinogradKernels(table.winograd2, "winograd2", noting: coverage)
    winograd4 = WinogradKernels(table.winograd4, "winograd4", noting: coverage)
    winograd2Strided = WinogradKernels(table.winograd2Strided, "winograd2Strided", noting: coverage)
    copy = unary("copy", table.copy)
    relu = unary("relu", table.relu)
    sigmoid = unary("sigmoid", table.sigmoid)
    multiply = binary("multiply", table.multiply)
    multiplyRelu = binary("multiplyRelu", table.multiplyRelu)
    add = binary("add", table.add)
    addRelu = binary("addRelu", table.addRelu)
    modulate = binary("modulate", table.modulate)
    greater = binary("greater", table.greater)
    let softmaxPaths = coverage.list("softmax", KernelTable.rests)
    softmax = { x, y, count in
      softmaxPaths.note(count % lanes == 0 ? 0 : 1)
      table.softmax(x, y, count)
    }
    let narrowRows = LengthPaths("softmaxNarrow", coverage, lanes: lanes, of: "rows")
    softmaxNarrow = { x, y, rows, width in
      narrowRows.note(rows)
      table.softmaxNarrow(x, y, rows, width)
    }
    addSquares = unary("addSquares", table.addSquares)
    let affinePaths = LengthPaths("affine", coverage, lanes: lanes)
    let affineEnds = coverage.list("affine", KernelTable.ends)
    affine = { x, y, count, scale, shift, relu, streams in
      affinePaths.note(count)
      affineEnds.note(relu ? 1 : 0)
      table.affine(x, y, count, scale, shift, relu, streams)
    }
    let planeEnds = coverage.list("finishPlanes", KernelTable.ends)
    let finishedWidths = LengthPaths("finishPlanes", coverage, lanes: lanes, of: "elements of a row")
    finishPlanes = { finish in
      planeEnds.note(finish.relu ? 1 : 0)
      finishedWidths.note(finish.width)
      table.finishPlanes(finish)
    }
    // Plans of networks alone keep maps in blocks; MicrokernelsTests try every width.
    finishBlocks = table.finishBlocks
    let planeWidths = LengthPaths("copyPlanes", coverage, lanes: lanes, of: "elements of a row")
    copyPlanes = { copy in
      planeWidths.note(copy.width)
      table.copyPlanes(copy)
    }
    let tileEnds = coverage.list("finishTile", KernelTable.ends)
    finishTile = { tile, rows, columns, scale, shift, relu in
      tileEnds.note(relu ? 1 : 0)
      table.finishTile(tile, rows, columns, scale, shift, relu)
    }
    let tilePaths = coverage.list("storeTile", KernelTable.rests)
    let storeEnds = coverage.list("storeTile", KernelTable.ends)
    storeTile = { tile in
      tilePaths.note(tile.columns % lanes == 0 ? 0 : 1)
      storeEnds.note(tile.relu ? 1 : 0)
      table.storeTile(tile)
    }
    let productPaths = coverage.list("storeProduct", KernelTable.rests)
    let productEnds = coverage.list("storeProduct", KernelTable.ends)
    storeProduct = { tile, factor in
      productPaths.note(tile.columns % lanes == 0 ? 0 : 1)
      productEnds.note(factor.relu ? 1 : 0)
      table.storeProduct(tile, factor)
    }
    let rowPaths = LengthPaths("transpose", coverage, lanes: lanes, of: "rows")
    let columnPaths = LengthPaths("transpose", coverage, lanes: lanes, of: "columns")
    transpose = { source, sourceStride, target, targetStride, rows, columns, streams in
      rowPaths.note(rows)
      columnPaths.note(columns)
      table.transpose(source, sourceStride, target, targetStride, rows, columns, streams)
    }
    let pooled = LengthPaths("poolPlane", coverage, lanes: lanes, of: "maxima of a row, 3×3 at every element")
    let halved = LengthPaths(
      "poolPlane", coverage, lanes: lanes, of: "maxima of a row, two columns at every other")
    let otherPooling = coverage.list("poolPlane", ["another window or step"])
    poolPlane = { pooling in
      switch (pooling.windowRows, pooling.windowColumns, pooling.rowStep, pooling.columnStep) {
      case (3, 3, 1, 1): pooled.note(pooling.columns)
      case (_, 2, _, 2): halved.note(pooling.columns)
      default: otherPooling.note(0)
      }
      table.poolPlane(pooling)
    }
    // Plans of networks give these whole blocks only; MicrokernelsTests try every depth.
    let windowPaths = coverage.list("windowMax", ["whole channel blocks"])
    windowMax = { x, rowStride, y, count, depth, rows, columns, step in
      if depth % lanes == 0 { windowPaths.note(0) }
      table.windowMax(x, rowStride, y, count, depth, rows, columns, step)
    }
    let pixelPaths = coverage.list("modulatePixels", ["whole channel blocks"])
    modulatePixels = { x, map, y, count, depth in
      if depth % lanes == 0 { pixelPaths.note(0) }
      table.modulatePixels(x, map, y, count, depth)
    }
    let normPaths = LengthPaths("norms", coverage, lanes: lanes)
    norms = { x, y, count, epsilon in
      normPaths.note(count)
      table.norms(x, y, count, epsilon)
    }
    let dividePaths = LengthPaths("divide", coverage, lanes: lanes)
    divide = { x, norms, y, count, weight in
      dividePaths.note(count)
      table.divide(x, norms, y, count, weight)
    }
    let interpolatePaths = LengthPaths("interpolate", coverage, lanes: lanes)
    interpolate = { x, z, y, count, t in
      interpolatePaths.note(count)
      table.interpolate(x, z, y, count, t)
    }
    let decodePaths = LengthPaths("decode", coverage, lanes: lanes)
    decode = { arm, odm, priors, y, count, centreVariance, sizeVariance in
      decodePaths.note(count)
      table.decode(arm, odm, priors, y, count, centreVariance, sizeVariance)
    }
    let depthPaths = LengthPaths("gather", coverage, lanes: lanes, of: "channels of a block", most: 16)
    let cornerPaths = coverage.list("gather", KernelTable.corners)
    gather = { gather in
      depthPaths.note(gather.depth)
      for index in 0..<gather.count { cornerPaths.note(KernelTable.corners(of: gather.samples[index])) }
      table.gather(gather)
    }
    peak = table.peak
    peakOperations = table.peakOperations
  }

  fileprivate static var ends: [String] { ["without ReLU", "with ReLU"] }

  private static var rests: [String] { ["channels: whole vectors", "channels: a rest"] }

  private static var corners: [String] {
    ["outside the map, all weights 0", "at an edge or on the lattice, some weights 0", "inside"]
  }

  private static func corners(of sample: borrowing BilinearSample) -> Int {
    let (a, b, c, d) = sample.weights
    let zeros = (a == 0 ? 1 : 0) + (b == 0 ? 1 : 0) + (c == 0 ? 1 : 0) + (d == 0 ? 1 : 0)
    return zeros == 4 ? 0 : zeros > 0 ? 1 : 2
  }
}

/// How a loop over vectors runs, by the number of its elements.
private struct LengthPaths: Sendable {
  private let list: PathList
  private let lanes: Int

  /// - Parameter most: the most elements that a loop is given; with no more than a vector there are no rests.
  init(
    _ kernel: String, _ coverage: KernelCoverage, lanes: Int, of unit: String = "elements", most: Int = .max
  ) {
    self.lanes = lanes
    let ways = ["\(unit): whole vectors", "\(unit): less than a vector", "\(unit): vectors and a rest"]
    list = coverage.list(kernel, Array(ways.prefix(most > lanes ? 3 : 2)))
  }

  func note(_ count: Int) {
    if count > 0 { list.note(count < lanes ? 1 : count % lanes == 0 ? 0 : 2) }
  }
}

extension GemmKernel {
  /// The same kernel, noting how it is called.
  fileprivate init(_ kernel: GemmKernel, noting coverage: KernelCoverage) {
    let blocks = coverage.list(kernel.name, ["sums replaced", "sums added to"])
    let taps = coverage.list(kernel.name, ["one tap", "several taps"])
    let depths = coverage.list(kernel.name, ["whole channel blocks", "fewer channels than a block"])
    name = kernel.name
    rows = kernel.rows
    columns = kernel.columns
    loads = kernel.loads
    run = { tile in
      blocks.note(tile.accumulate ? 1 : 0)
      taps.note(tile.tapCount > 1 ? 1 : 0)
      depths.note(tile.depth % 16 == 0 ? 0 : 1)
      kernel.run(tile)
    }
  }
}

extension PackedGemmKernel {
  /// The same kernel, noting how its sums are chained.
  fileprivate init(_ kernel: PackedGemmKernel, noting coverage: KernelCoverage) {
    let blocks = coverage.list(kernel.name, ["sums replaced", "sums added to"])
    let chains = coverage.list(kernel.name, ["one chain", "equal chains", "last chain shorter"])
    name = kernel.name
    rows = kernel.rows
    columns = kernel.columns
    loads = kernel.loads
    run = { strip in
      blocks.note(strip.accumulates ? 1 : 0)
      chains.note(
        strip.blocks <= strip.blocksPerChain ? 0 : strip.blocks % strip.blocksPerChain == 0 ? 1 : 2)
      kernel.run(strip)
    }
  }
}

extension PixelGemmKernel {
  /// The same kernel, noting how its sums are chained.
  fileprivate init(_ kernel: PixelGemmKernel, noting coverage: KernelCoverage) {
    let chains = coverage.list(kernel.name, ["sums replaced", "sums added to"])
    name = kernel.name
    rows = kernel.rows
    columns = kernel.columns
    loads = kernel.loads
    run = { tile in
      chains.note(tile.accumulates ? 1 : 0)
      kernel.run(tile)
    }
  }
}

extension WinogradKernels {
  /// The same transforms, noting whether a patch is read where it lies or from a copy, and how results end.
  fileprivate init(_ kernels: WinogradKernels, _ name: String, noting coverage: KernelCoverage) {
    let patches = coverage.list("\(name).transform", ["patch in place", "patch copied, at an edge"])
    let ends = coverage.list("\(name).finish", KernelTable.ends)
    transform = { patch in
      patches.note(patch.blockStride == 0 ? 1 : 0)
      kernels.transform(patch)
    }
    finish = { result in
      ends.note(result.relu ? 1 : 0)
      kernels.finish(result)
    }
    // Plans of networks alone pool so, and only what a ReLU has clipped.
    finishPooled = kernels.finishPooled
  }
}
