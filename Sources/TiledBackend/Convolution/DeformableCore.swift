import Backends
import Catalogue
import Microkernels
import Tensors

/// deform_conv2d: a chunk of output pixels at a time, each tap's bilinear samples are gathered for all channels into a
/// column buffer, straight in the layout that the micro-kernel reads, and multiplied from there.
///
/// A sample's position is split: base and the offset's integer part are added as integers, only the fraction is a
/// float, so the rounding error of a coordinate is at most u, wherever the sample lies.
final class DeformableCore: ConvolutionCore {
  static let algorithm = "gather-gemm"

  private let grid: TileGrid
  private let pool: WorkerPool
  private let kernels: KernelTable
  private let tilesPerChunk: Int
  private let columnPixels: [Int]

  /// Pixels of a chunk, at the most: enough to reuse each panel of weights, few enough that the columns stay in the
  /// second-level cache for hundreds of channels.
  private static let chunkPixelLimit = 64

  /// Roundings of one interpolated value: both complements 1 − f and their product make a weight (3); the four
  /// products are summed in a chain, in which the first term passes a product and three sums, fused or not (4). The
  /// fraction's own rounding is the coordinate's.
  private static let samplingRoundings = 7

  init(
    _ context: PlanContext, _ convolution: Convolution, _ parameters: Parameters<Float>,
    _ surroundings: ConvolutionSurroundings
  ) {
    let geometry = ConvolutionGeometry(context.layer, convolution, input: surroundings.input)
    pool = context.pool
    kernels = context.kernels
    let rows = context.kernels.wideGemm.rows
    let tiles = (geometry.outputArea + rows - 1) / rows
    let tilesPerChunk = max(1, min(Self.chunkPixelLimit / rows, tiles / (context.pool.size * 2)))
    self.tilesPerChunk = tilesPerChunk
    let chunkPixels = tilesPerChunk * rows
    // Columns are [channel block][tap of the kernel][pixel][depth].
    let depth = geometry.input.depth
    let taps = Taps(offsets: (0..<geometry.places).map { $0 * chunkPixels * depth }, depth: depth)
    grid = TileGrid(context, geometry, parameters, surroundings, taps: taps)
    columnPixels = (0..<chunkPixels).map { $0 * depth }
  }

  var errorModel: ErrorModel {
    ErrorModel(height: grid.height + Self.samplingRoundings, coordinates: .splitInteger)
  }

  /// A chunk's sums, then its columns.
  var scratchCount: Int {
    grid.sumsCount(tiles: tilesPerChunk) + grid.geometry.places * columnPixels.count
      * grid.geometry.input.depth
  }
  var packedCount: Int { grid.packedCount }

  func run(_ operands: ConvolutionOperands) {
    guard let offsets = operands.offset else { preconditionFailure("a deformable convolution has offsets") }
    // Read by all workers.
    nonisolated(unsafe) let shared = offsets
    let geometry = grid.geometry
    let chunkPixels = columnPixels.count
    let chunks = (geometry.outputArea + chunkPixels - 1) / chunkPixels
    pool.run(tasks: geometry.input.batch * chunks) { task, worker in
      let (image, chunk) = task.quotientAndRemainder(dividingBy: chunks)
      let places = (chunk * chunkPixels)..<min((chunk + 1) * chunkPixels, geometry.outputArea)
      let sums = operands.workspace.start(worker)
      let columns = sums + grid.sumsCount(tiles: tilesPerChunk)
      sample(image: image, places: places, operands.input, offsets: shared, into: columns)
      multiply(image: image, places: places, columns, sums, operands)
    }
  }

  private func multiply(
    image: Int, places: Range<Int>, _ columns: UnsafePointer<Float>, _ sums: UnsafeMutablePointer<Float>,
    _ operands: ConvolutionOperands
  ) {
    let first = image * grid.geometry.outputArea
    let rows = grid.kernel.rows
    columnPixels.withUnsafeBufferPointer { pixels in
      guard let pixels = pixels.baseAddress else { return }
      for panel in 0..<grid.weights.panels {
        grid.compute(
          panel: panel, group: 0, tiles: (places.count + rows - 1) / rows, a: columns, pixels: pixels,
          pixelRange: (first + places.lowerBound)..<(first + places.upperBound), sums: sums, operands)
      }
    }
  }

  /// Fills the columns of the pixels `places` of picture `image`.
  private func sample(
    image: Int, places: Range<Int>, _ input: UnsafePointer<Float>, offsets: UnsafePointer<Float>,
    into columns: UnsafeMutablePointer<Float>
  ) {
    let geometry = grid.geometry
    let convolution = geometry.convolution
    let map = geometry.input
    let source = input + map.offset(image: image, row: 0, column: 0)
    let area = geometry.outputArea
    let tapStride = columnPixels.count * map.depth
    for tap in 0..<geometry.kernelArea {
      let (tapRow, tapColumn) = tap.quotientAndRemainder(dividingBy: geometry.kernel.horizontal)
      let vertical = offsets + ((image * geometry.kernelArea + tap) * 2) * area
      let horizontal = vertical + area
      for (pixel, place) in places.enumerated() {
        let (row, column) = place.quotientAndRemainder(dividingBy: geometry.output.horizontal)
        let y =
          row * convolution.stride.vertical - convolution.padding.vertical
          + tapRow * convolution.dilation.vertical
        let x =
          column * convolution.stride.horizontal - convolution.padding.horizontal
          + tapColumn * convolution.dilation.horizontal
        let sample = bilinearSample(
          Coordinate(base: y, offset: vertical[place], size: map.size.vertical),
          Coordinate(base: x, offset: horizontal[place], size: map.size.horizontal))
        kernels.gather(
          source, sample, columns + tap * tapStride + pixel * map.depth, map.blocks,
          map.depth, map.blockStride, geometry.kernelArea * tapStride)
      }
    }
  }

  /// The corners and weights of the position (y, x). A corner outside the map weighs nothing, so a position outside
  /// (−1, H)×(−1, W), none of whose corners lie inside, samples 0.
  private func bilinearSample(_ y: Coordinate, _ x: Coordinate) -> BilinearSample {
    let (depth, stride) = (grid.geometry.input.depth, grid.geometry.input.rowStride)
    let (top, bottom) = (y.lower * stride, y.upper * stride)
    let (left, right) = (x.lower * depth, x.upper * depth)
    return BilinearSample(
      offsets: (top + left, top + right, bottom + left, bottom + right),
      weights: (
        y.lowerWeight * x.lowerWeight, y.lowerWeight * x.upperWeight, y.upperWeight * x.lowerWeight,
        y.upperWeight * x.upperWeight
      ))
  }
}

/// A sampling coordinate along one axis: the two neighbouring indices, clamped into the map, and their weights, 0 for
/// a neighbour outside.
private struct Coordinate {
  let lower: Int
  let upper: Int
  let lowerWeight: Float
  let upperWeight: Float

  init(base: Int, offset: Float, size: Int) {
    let floor = offset.rounded(.down)
    // Further out than the map is wide every neighbour is outside; the conversion below must not overflow.
    guard floor > -Float(size + abs(base) + 2), floor < Float(size + abs(base) + 2) else {
      (lower, upper, lowerWeight, upperWeight) = (0, 0, 0, 0)
      return
    }
    let fraction = offset - floor
    let index = base + Int(floor)
    let last = size - 1
    lower = min(max(index, 0), last)
    upper = min(max(index + 1, 0), last)
    lowerWeight = index >= 0 && index <= last ? 1 - fraction : 0
    upperWeight = index + 1 >= 0 && index + 1 <= last ? fraction : 0
  }
}
