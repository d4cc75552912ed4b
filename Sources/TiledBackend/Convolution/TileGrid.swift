import Backends
import Catalogue
import Microkernels
import Tensors

/// The part of a GEMM that implicit and deformable convolution share: tiles of MR pixels against panels of NR output
/// channels, in blocks of KC products, finished with scale, shift and ReLU and written as NCHW.
///
/// Summation tree of one output: within a block a chain of KC products, then a chain over the ⌈K/KC⌉ blocks; a term
/// passes at most KC + ⌈K/KC⌉ − 1 roundings (see ``ErrorModel/height``).
final class TileGrid {
  let geometry: ConvolutionGeometry
  let kernel: GemmKernel
  let weights: PackedWeights
  let affine: ChannelAffine
  let relu: Bool
  let taps: Taps
  /// Taps per block of KC = tapsPerBlock · taps.depth products.
  let tapsPerBlock: Int
  /// Scale and shift per group and panel, filled up to NR.
  private let scales: AlignedBuffer
  private let shifts: AlignedBuffer
  private let kernels: KernelTable
  private let coverage: TileCoverage?

  /// About how many products a block holds: a panel of KC·NR weights then stays in the first-level cache.
  static let blockProducts = 144

  init(
    _ context: PlanContext, _ geometry: ConvolutionGeometry, _ parameters: Parameters<Float>, taps: Taps
  ) {
    guard let weight = parameters.weight else { preconditionFailure("a convolution has weights") }
    self.geometry = geometry
    self.taps = taps
    kernels = context.kernels
    coverage = context.tileCoverage
    kernel =
      geometry.groupOutputs <= kernels.narrowGemm.columns ? kernels.narrowGemm : kernels.wideGemm
    weights = PackedWeights(weight, geometry, columns: kernel.columns)
    affine = ChannelAffine(
      channels: geometry.groups * geometry.groupOutputs, parameters,
      epsilon: geometry.convolution.normEpsilon)
    relu = geometry.convolution.relu
    tapsPerBlock = max(1, min(taps.offsets.count, Self.blockProducts / taps.depth))
    let width = geometry.groups * weights.panels * kernel.columns
    scales = AlignedBuffer(zeros: width)
    shifts = AlignedBuffer(zeros: width)
    for channel in 0..<affine.scale.count {
      let (group, output) = channel.quotientAndRemainder(dividingBy: geometry.groupOutputs)
      let place = group * weights.panels * kernel.columns + output
      scales.start[place] = affine.scale[channel]
      shifts.start[place] = affine.shift[channel]
    }
  }

  /// The height of the summation tree, bias and norm included.
  var height: Int {
    let blocks = (taps.offsets.count + tapsPerBlock - 1) / tapsPerBlock
    return tapsPerBlock * taps.depth + blocks - 1 + affine.roundings
  }

  /// Elements of sums that `tiles` tiles need.
  func sumsCount(tiles: Int) -> Int { tiles * kernel.rows * kernel.columns }

  /// Computes one panel of output channels for `tiles` consecutive tiles of pixels.
  ///
  /// - Parameters:
  ///   - a: what tap and pixel offsets count from.
  ///   - pixels: one offset per pixel, MR per tile, for `tiles` tiles.
  ///   - pixelRange: the output pixels that the tiles stand for; the last tile may be filled up with more.
  ///   - sums: scratch for ``sumsCount(tiles:)`` elements.
  func compute(
    panel: Int, group: Int, tiles: Int, a: UnsafePointer<Float>, pixels: UnsafePointer<Int>,
    pixelRange: Range<Int>, sums: UnsafeMutablePointer<Float>, output: UnsafeMutablePointer<Float>
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
    finish(panel: panel, group: group, tiles: tiles, pixelRange: pixelRange, sums: sums, output: output)
  }

  /// Scales, shifts, clips and writes the tiles' sums.
  private func finish(
    panel: Int, group: Int, tiles: Int, pixelRange: Range<Int>, sums: UnsafeMutablePointer<Float>,
    output: UnsafeMutablePointer<Float>
  ) {
    let place = (group * weights.panels + panel) * kernel.columns
    kernels.finishTile(
      sums, tiles * kernel.rows, kernel.columns, scales.start + place, shifts.start + place, relu)
    let firstChannel = panel * kernel.columns
    let channels = min(kernel.columns, geometry.groupOutputs - firstChannel)
    coverage?.note(
      kernel, pixels: pixelRange.count, tiles: tiles, channels: channels, taps: taps.offsets.count,
      tapsPerBlock: tapsPerBlock)
    let channelStart = (group * geometry.groupOutputs + firstChannel) * geometry.outputArea
    var pixel = pixelRange.lowerBound
    while pixel < pixelRange.upperBound {
      // A run of pixels that lie side by side in the output: to the end of the range or of the picture.
      let run = min(pixelRange.upperBound - pixel, geometry.outputArea - pixel % geometry.outputArea)
      let target = output + channelStart + geometry.outputOffset(pixel)
      let source = sums + (pixel - pixelRange.lowerBound) * kernel.columns
      kernels.transpose(source, kernel.columns, target, geometry.outputArea, run, channels)
      pixel += run
    }
  }
}
