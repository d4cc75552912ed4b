import Backends
import Catalogue
import Microkernels
import Tensors

/// The arithmetic of an implicit GEMM: tiles of MR pixels against panels of NR output channels, in blocks of KC products,
/// finished by an ``Epilogue``.
///
/// Summation tree of one output: within a block a chain of KC products, then a chain over the ⌈K/KC⌉ blocks; a term
/// passes at most KC + ⌈K/KC⌉ − 1 roundings (see ``ErrorModel/height``).
final class TileGrid {
  let geometry: ConvolutionGeometry
  let kernel: GemmKernel
  let weights: PackedWeights
  let taps: Taps
  /// Taps per block of KC = tapsPerBlock · taps.depth products.
  let tapsPerBlock: Int
  private let epilogue: Epilogue
  private let coverage: TileCoverage?

  init(
    _ context: PlanContext, _ geometry: ConvolutionGeometry, _ parameters: Parameters<Float>,
    _ surroundings: ConvolutionSurroundings, taps: Taps, tapsPerBlock: Int
  ) {
    guard let weight = parameters.weight else { preconditionFailure("a convolution has weights") }
    self.geometry = geometry
    self.taps = taps
    let kernels = context.kernels
    coverage = context.tileCoverage
    kernel = kernels.gemms.best(rows: geometry.pixels, columns: geometry.groupOutputs)
    weights = PackedWeights(weight, geometry, columns: kernel.columns)
    epilogue = Epilogue(
      kernels, geometry, parameters, surroundings, columns: kernel.columns, panels: weights.panels)
    self.tapsPerBlock = tapsPerBlock
  }

  /// The height of the summation tree, bias and norm included.
  var height: Int {
    let blocks = (taps.offsets.count + tapsPerBlock - 1) / tapsPerBlock
    return tapsPerBlock * taps.depth + blocks - 1 + epilogue.roundings
  }

  /// Elements of sums that `tiles` tiles need.
  func sumsCount(tiles: Int) -> Int { tiles * kernel.rows * kernel.columns }

  /// Floats of weights, scales and shifts.
  var packedCount: Int { weights.buffer.count + epilogue.packedCount }

  /// Computes one panel's sums, for `tiles` consecutive tiles of pixels.
  ///
  /// - Parameters:
  ///   - taps: the offsets of all taps.
  ///   - a: what tap and pixel offsets count from.
  ///   - pixels: one offset per pixel, MR per tile, for `tiles` tiles.
  ///   - sums: ``sumsCount(tiles:)`` elements.
  func multiply(
    panel: Int, group: Int, tiles: Int, taps: UnsafePointer<Int>, a: UnsafePointer<Float>,
    pixels: UnsafePointer<Int>, sums: UnsafeMutablePointer<Float>
  ) {
    let tileSize = kernel.rows * kernel.columns
    let end = self.taps.offsets.count
    for tap in stride(from: 0, to: end, by: tapsPerBlock) {
      let count = min(tapsPerBlock, end - tap)
      let b = weights.panel(panel, group: group, fromProduct: tap * self.taps.depth)
      for tile in 0..<tiles {
        kernel.run(
          GemmTile(
            a: a, pixels: pixels + tile * kernel.rows, taps: taps + tap, tapCount: count,
            depth: self.taps.depth, b: b, c: sums + tile * tileSize, accumulate: tap > 0))
      }
    }
  }

  /// Finishes one panel's sums and stores them.
  ///
  /// - Parameter pixels: the output pixels that the tiles stand for; the last tile may be filled up with more.
  func finish(
    panel: Int, group: Int, pixels: Range<Int>, sums: UnsafeMutablePointer<Float>,
    _ operands: ConvolutionOperands
  ) {
    coverage?.note(
      kernel, pixels: pixels.count,
      channels: geometry.groupOutputs - panel * kernel.columns, taps: taps.offsets.count,
      tapsPerBlock: tapsPerBlock)
    epilogue.finish(
      sums, panel: panel, group: group, pixels: pixels, output: operands.output, factor: operands.factor)
  }
}
