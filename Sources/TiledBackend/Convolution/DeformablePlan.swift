import Backends
import Catalogue
import Microkernels
import Tensors

/// deform_conv2d: a chunk of output pixels at a time, each tap's bilinear samples are gathered for all channels into a
/// column buffer, straight in the layout that the micro-kernel reads, and multiplied from there.
///
/// A sample's position is split: base and the offset's integer part are added as integers, only the fraction is a
/// float, so the rounding error of a coordinate is at most u, wherever the sample lies.
final class DeformablePlan: TiledPlan {
  static let algorithm = "gather-gemm"

  private let map: BlockedMap
  private let grid: TileGrid
  private let tilesPerChunk: Int
  private let columns: [AlignedBuffer]
  private let sums: [AlignedBuffer]
  private let columnPixels: [Int]

  /// Pixels of a chunk, at the most: enough to reuse each panel of weights, few enough that the columns stay in the
  /// second-level cache for hundreds of channels.
  private static let chunkPixelLimit = 64

  /// Roundings of one interpolated value: both complements 1 − f and their product make a weight (3); the four
  /// products are summed in a chain, in which the first term passes a product and three sums, fused or not (4). The
  /// fraction's own rounding is the coordinate's.
  private static let samplingRoundings = 7

  init(_ context: PlanContext, _ convolution: Convolution, _ parameters: Parameters<Float>) {
    let geometry = ConvolutionGeometry(context.layer, convolution, padding: Pair(0))
    map = BlockedMap(geometry, border: Pair(0))
    let rows = context.kernels.wideGemm.rows
    let tiles = (geometry.outputArea + rows - 1) / rows
    let tilesPerChunk = max(1, min(Self.chunkPixelLimit / rows, tiles / (context.pool.size * 2)))
    self.tilesPerChunk = tilesPerChunk
    let chunkPixels = tilesPerChunk * rows
    // Columns are [channel block][tap of the kernel][pixel][depth].
    let taps = Taps(
      offsets: (0..<geometry.places).map { $0 * chunkPixels * geometry.depth }, depth: geometry.depth)
    let grid = TileGrid(context, geometry, parameters, taps: taps)
    self.grid = grid
    columnPixels = (0..<chunkPixels).map { $0 * geometry.depth }
    columns = (0..<context.pool.size).map { _ in
      AlignedBuffer(scratch: geometry.places * chunkPixels * geometry.depth)
    }
    sums = (0..<context.pool.size).map { _ in AlignedBuffer(scratch: grid.sumsCount(tiles: tilesPerChunk)) }
    let height = grid.height + Self.samplingRoundings
    super.init(context, ErrorModel(height: height, coordinates: .splitInteger))
  }

  override func compute(_ inputs: [Tensor<Float>], into output: inout Tensor<Float>) {
    let geometry = grid.geometry
    let chunkPixels = columnPixels.count
    let chunks = (geometry.outputArea + chunkPixels - 1) / chunkPixels
    withPointers(inputs, &output) { pointers in
      map.fill(from: pointers.inputs[0], context)
      context.pool.run(tasks: geometry.batch * chunks) { task, worker in
        let (image, chunk) = task.quotientAndRemainder(dividingBy: chunks)
        let places = (chunk * chunkPixels)..<min((chunk + 1) * chunkPixels, geometry.outputArea)
        sample(image: image, places: places, offsets: pointers.inputs[1], into: columns[worker].start)
        multiply(image: image, places: places, worker: worker, pointers.output)
      }
    }
  }

  private func multiply(
    image: Int, places: Range<Int>, worker: Int, _ output: UnsafeMutablePointer<Float>
  ) {
    let first = image * grid.geometry.outputArea
    let rows = grid.kernel.rows
    columnPixels.withUnsafeBufferPointer { pixels in
      guard let pixels = pixels.baseAddress else { return }
      for panel in 0..<grid.weights.panels {
        grid.compute(
          panel: panel, group: 0, tiles: (places.count + rows - 1) / rows,
          a: UnsafePointer(columns[worker].start), pixels: pixels,
          pixelRange: (first + places.lowerBound)..<(first + places.upperBound),
          sums: sums[worker].start, output: output)
      }
    }
  }

  /// Fills the columns of the pixels `places` of picture `image`.
  private func sample(
    image: Int, places: Range<Int>, offsets: UnsafePointer<Float>, into columns: UnsafeMutablePointer<Float>
  ) {
    let geometry = grid.geometry
    let convolution = geometry.convolution
    let source = map.start + image * geometry.mapStride
    let area = geometry.outputArea
    let tapStride = columnPixels.count * geometry.depth
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
          Coordinate(base: y, offset: vertical[place], size: geometry.input.vertical),
          Coordinate(base: x, offset: horizontal[place], size: geometry.input.horizontal))
        kernels.gather(
          source, sample, columns + tap * tapStride + pixel * geometry.depth, geometry.blocks,
          geometry.depth, geometry.blockStride, geometry.kernelArea * tapStride)
      }
    }
  }

  /// The corners and weights of the position (y, x). A corner outside the map weighs nothing, so a position outside
  /// (−1, H)×(−1, W), none of whose corners lie inside, samples 0.
  private func bilinearSample(_ y: Coordinate, _ x: Coordinate) -> BilinearSample {
    let depth = grid.geometry.depth
    let width = grid.geometry.input.horizontal
    let (top, bottom) = (y.lower * width, y.upper * width)
    return BilinearSample(
      offsets: (
        (top + x.lower) * depth, (top + x.upper) * depth, (bottom + x.lower) * depth,
        (bottom + x.upper) * depth
      ),
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
