import Backends
import Catalogue
import Microkernels
import Tensors

/// The part of a GEMM that implicit and deformable convolution share: tiles of MR pixels against panels of NR output
/// channels, in blocks of KC products, finished by an ``Epilogue``.
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

  /// About how many products a block holds: a panel of KC·NR weights then stays in the first-level cache.
  static let blockProducts = 144

  init(
    _ context: PlanContext, _ geometry: ConvolutionGeometry, _ parameters: Parameters<Float>,
    _ surroundings: ConvolutionSurroundings, taps: Taps
  ) {
    guard let weight = parameters.weight else { preconditionFailure("a convolution has weights") }
    self.geometry = geometry
    self.taps = taps
    let kernels = context.kernels
    kernel =
      geometry.groupOutputs <= kernels.narrowGemm.columns ? kernels.narrowGemm : kernels.wideGemm
    weights = PackedWeights(weight, geometry, columns: kernel.columns)
    epilogue = Epilogue(
      kernels, geometry, parameters, surroundings, columns: kernel.columns, panels: weights.panels)
    tapsPerBlock = max(1, min(taps.offsets.count, Self.blockProducts / taps.depth))
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

  /// Computes one panel of output channels for `tiles` consecutive tiles of pixels.
  ///
  /// - Parameters:
  ///   - a: what tap and pixel offsets count from.
  ///   - pixels: one offset per pixel, MR per tile, for `tiles` tiles.
  ///   - pixelRange: the output pixels that the tiles stand for; the last tile may be filled up with more.
  ///   - sums: scratch for ``sumsCount(tiles:)`` elements.
  func compute(
    panel: Int, group: Int, tiles: Int, a: UnsafePointer<Float>, pixels: UnsafePointer<Int>,
    pixelRange: Range<Int>, sums: UnsafeMutablePointer<Float>, _ operands: ConvolutionOperands
  ) {
    let tileSize = kernel.rows * kernel.columns
    taps.offsets.withUnsafeBufferPointer { offsets in
      guard let firstTap = offsets.baseAddress else { return }
      var tap = 0
      while tap < offsets.count {
        let count = min(tapsPerBlock, offsets.count - tap)
        let b = weights.panel(panel, group: group, fromProduct: tap * taps.depth)
        for tile in 0..<tiles {
          kernel.run(
            GemmTile(
              a: a, pixels: pixels + tile * kernel.rows, taps: firstTap + tap, tapCount: count,
              depth: taps.depth, b: b, c: sums + tile * tileSize, accumulate: tap > 0))
        }
        tap += count
      }
    }
    epilogue.finish(
      sums, panel: panel, group: group, pixels: pixelRange, output: operands.output, factor: operands.factor)
  }
}
