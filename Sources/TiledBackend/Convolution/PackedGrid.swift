import Backends
import Catalogue
import Microkernels
import Tensors

/// The part of a GEMM that packed and deformable convolution share: rows of sixteen-channel blocks, packed in groups of
/// MR pixels, against panels of NR output channels, finished by an ``Epilogue``.
///
/// Summation tree of one output: chains of KC = 16·blocksPerChain products, then a chain over the ⌈K/KC⌉ chains.
final class PackedGrid {
  let geometry: ConvolutionGeometry
  let kernel: PackedGemmKernel
  let weights: PackedWeights
  /// Pixels of a chunk at the most: whole groups of MR.
  let chunkPixels: Int
  /// Blocks of sixteen products that a pass packs at a time, of ``ConvolutionGeometry/places`` in all: whole chains, so
  /// that a panel's weights of a pass stay in the first-level cache while all groups of a chunk meet them.
  private let blocksPerPass: Int
  /// The blocks of each pass.
  let passes: [Range<Int>]
  private let epilogue: Epilogue

  /// Blocks in one chain of products, KC = 144: one channel block of a 3×3 window.
  static let blocksPerChain = 9
  /// Output channels whose sums a chunk keeps at the most.
  static let keptOutputs = 256

  /// - Parameter blocksPerGather: blocks that are packed together: a pass is a multiple of them.
  init(
    _ context: PlanContext, _ geometry: ConvolutionGeometry, _ parameters: Parameters<Float>,
    _ surroundings: ConvolutionSurroundings, blocksPerGather: Int
  ) {
    guard let weight = parameters.weight else { preconditionFailure("a convolution has weights") }
    self.geometry = geometry
    let unit = Self.leastCommonMultiple(Self.blocksPerChain, blocksPerGather)
    let kernels = context.kernels.packedGemms
    let panelBytes = PackedStrip.depth * kernels[0].columns * MemoryLayout<Float>.stride
    let blocksPerPass = max(1, CacheSize.panel / (panelBytes * unit)) * unit
    self.blocksPerPass = blocksPerPass
    passes = stride(from: 0, to: geometry.places, by: blocksPerPass).map {
      $0..<min($0 + blocksPerPass, geometry.places)
    }
    let chunks = Self.chunks(
      pixels: geometry.pixels, pass: min(blocksPerPass, geometry.places), outputs: geometry.groupOutputs,
      threads: context.pool.size)
    let most = (geometry.pixels + chunks - 1) / chunks
    // A chunk is made to fit the tile, not the tile to fit it: of AVX2's, 6×16 took 0.95 of the time of 5×16.
    kernel = kernels.best(rows: geometry.pixels, columns: geometry.groupOutputs)
    chunkPixels = (most + kernel.rows - 1) / kernel.rows * kernel.rows
    weights = PackedWeights(weight, geometry, columns: kernel.columns, blockDepth: PackedStrip.depth)
    epilogue = Epilogue(
      context.kernels, geometry, parameters, surroundings, columns: kernel.columns, panels: weights.panels)
  }

  /// Chunks that the pixels are cut into: few enough that weights are read a few times only, small enough that the
  /// packed rows of a pass and the sums stay in three eighths of the second-level cache: weights stream through the rest.
  private static func chunks(pixels: Int, pass: Int, outputs: Int, threads: Int) -> Int {
    let perPixel = (pass * PackedStrip.depth + min(outputs, keptOutputs)) * MemoryLayout<Float>.stride
    let most = max(16, CacheSize.secondLevel * 3 / 8 / perPixel)
    let chunks = (pixels + most - 1) / most
    // As many for every thread, where there are several.
    return chunks == 1 ? 1 : (chunks + threads - 1) / threads * threads
  }

  private static func leastCommonMultiple(_ x: Int, _ y: Int) -> Int {
    var multiple = x
    while multiple % y != 0 { multiple += x }
    return multiple
  }

  /// The height of the summation tree, bias and norm included. The zeros that fill up the only block of a map of few
  /// channels round nothing.
  var height: Int {
    let places = geometry.places
    let chains = (places + Self.blocksPerChain - 1) / Self.blocksPerChain
    return min(Self.blocksPerChain, places) * geometry.input.depth + chains - 1 + epilogue.roundings
  }

  /// Chunks of ``chunkPixels`` that hold all pixels.
  var chunkCount: Int { (geometry.pixels + chunkPixels - 1) / chunkPixels }

  /// All output pixels, flat over batch, rows and columns, cut into chunks for some workers. One may be empty.
  func chunks(for workers: Int) -> [Range<Int>] {
    let most = chunkPixels / kernel.rows
    return pixels(Shares.cut(groups, among: workers, most: most, least: most))
  }

  /// The same for one worker whose last chunks another one may take over. Each reads all weights: they are four groups and
  /// an eighth of all at the least.
  var fallingChunks: [Range<Int>] {
    pixels(Shares.falling(groups, most: chunkPixels / kernel.rows, least: max(4, groups / 8)))
  }

  /// Groups of MR that hold all pixels.
  private var groups: Int { (geometry.pixels + kernel.rows - 1) / kernel.rows }

  private func pixels(_ groups: [Range<Int>]) -> [Range<Int>] {
    groups.map {
      ($0.lowerBound * kernel.rows)..<max(
        $0.lowerBound * kernel.rows, min($0.upperBound * kernel.rows, geometry.pixels))
    }
  }

  /// Floats of one group of packed rows of a pass.
  var groupSize: Int { min(blocksPerPass, geometry.places) * kernel.rows * PackedStrip.depth }
  /// Floats of a chunk's packed rows.
  var rowsCount: Int { chunkPixels / kernel.rows * groupSize }
  /// Floats of one panel's sums.
  var panelSums: Int { chunkPixels * kernel.columns }
  /// Floats of weights, scales and shifts.
  var packedCount: Int { weights.buffer.count + epilogue.packedCount }

  /// Adds the products of a pass to one panel's sums, and asks for the panel that comes next.
  ///
  /// - Parameters:
  ///   - panels: those that take turns in every pass.
  ///   - blocks: those of the pass, of all that a sum runs over. The first pass replaces the sums.
  ///   - pixels: how many of a chunk's pixels there are.
  ///   - rows: the packed rows, a group every ``groupSize`` floats.
  func multiply(
    panel: Int, of panels: Range<Int>, blocks: Range<Int>, pixels: Int, rows: UnsafePointer<Float>,
    sums: UnsafeMutablePointer<Float>
  ) {
    let b = weights.panel(panel, group: 0, fromProduct: blocks.lowerBound * PackedStrip.depth)
    let next =
      panel + 1 < panels.upperBound
      ? weights.panel(panel + 1, group: 0, fromProduct: blocks.lowerBound * PackedStrip.depth)
      : weights.panel(panels.lowerBound, group: 0, fromProduct: blocks.upperBound * PackedStrip.depth)
    kernel.run(
      PackedStrip(
        a: rows, tileStride: groupSize, b: b, c: sums, tiles: (pixels + kernel.rows - 1) / kernel.rows,
        blocks: blocks.count, blocksPerChain: Self.blocksPerChain, accumulates: blocks.lowerBound > 0,
        next: next))
  }

  /// Finishes one panel's sums of some output pixels and stores them.
  func finish(
    panel: Int, pixels: Range<Int>, sums: UnsafeMutablePointer<Float>, _ operands: ConvolutionOperands
  ) {
    epilogue.finish(
      sums, panel: panel, group: 0, pixels: pixels, output: operands.output, factor: operands.factor)
  }
}
