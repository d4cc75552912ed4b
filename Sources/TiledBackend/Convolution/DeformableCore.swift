import Backends
import Catalogue
import Microkernels
import Tensors

/// deform_conv2d: for a chunk of output pixels the places and weights of all samples are worked out once; then, a few
/// channel blocks at a time, the samples are gathered straight into the rows that the packed micro-kernel reads, and
/// multiplied from there. So the rows stay in the second-level cache whatever the number of channels, and the chunk can
/// be so large that the weights are read a few times only.
///
/// A sample's position is split: base and the offset's integer part are added as integers, only the fraction is a
/// float, so the rounding error of a coordinate is at most u, wherever the sample lies.
final class DeformableCore: ConvolutionCore {
  static let algorithm = "gather-gemm"

  let errorModel: ErrorModel
  private let grid: PackedGrid
  private let pool: WorkerPool
  private let kernels: KernelTable
  private let chunks: [Range<Int>]

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
    grid = PackedGrid(
      context, geometry, parameters, surroundings, blocksPerGather: geometry.kernelArea)
    chunks = grid.chunks(for: pool.size)
    errorModel = ErrorModel(
      height: grid.height + Self.samplingRoundings, coordinates: .splitInteger)
  }

  var packedCount: Int { grid.packedCount }

  // MARK: A chunk's scratch: the packed rows of a pass, the samples, the sums of all panels.

  private var sampleCount: Int { grid.geometry.kernelArea * grid.chunkPixels }
  private var sampleFloats: Int {
    sampleCount * MemoryLayout<BilinearSample>.stride / MemoryLayout<Float>.stride
  }

  var scratchCount: Int {
    grid.rowsCount + sampleFloats + grid.weights.panels * grid.panelSums
  }

  func run(_ operands: ConvolutionOperands) {
    guard let offsets = operands.offset else { preconditionFailure("a deformable convolution has offsets") }
    // Read by all workers.
    nonisolated(unsafe) let shared = offsets
    pool.run(tasks: chunks.count) { task, worker in
      guard !chunks[task].isEmpty else { return }
      compute(chunks[task], offsets: shared, operands.workspace.start(worker), operands)
    }
  }

  private func compute(
    _ pixels: Range<Int>, offsets: UnsafePointer<Float>, _ rows: UnsafeMutablePointer<Float>,
    _ operands: ConvolutionOperands
  ) {
    let samples = UnsafeMutableRawPointer(rows + grid.rowsCount)
      .bindMemory(to: BilinearSample.self, capacity: sampleCount)
    let sums = rows + grid.rowsCount + sampleFloats
    let input = grid.geometry.input
    let taps = grid.geometry.kernelArea
    locate(pixels, offsets: offsets, samples)
    // Channels that do not fill a block leave zeros behind them.
    if input.depth < PackedStrip.depth { rows.update(repeating: 0, count: grid.rowsCount) }
    let blocksPerPass = grid.blocksPerPass / taps
    for first in stride(from: 0, to: input.blocks, by: blocksPerPass) {
      let blocks = first..<min(first + blocksPerPass, input.blocks)
      gather(blocks, of: operands.input, at: samples, count: pixels.count, into: rows)
      for panel in 0..<grid.weights.panels {
        grid.multiply(
          panel: panel, of: 0..<grid.weights.panels,
          blocks: (blocks.lowerBound * taps)..<(blocks.upperBound * taps), pixels: pixels.count, rows: rows,
          sums: sums + panel * grid.panelSums)
      }
    }
    for panel in 0..<grid.weights.panels {
      grid.finish(panel: panel, pixels: pixels, sums: sums + panel * grid.panelSums, operands)
    }
  }

  /// Works out every tap's sample for each of the pixels, flat over batch, rows and columns: [tap][pixel].
  private func locate(
    _ pixels: Range<Int>, offsets: UnsafePointer<Float>, _ samples: UnsafeMutablePointer<BilinearSample>
  ) {
    let geometry = grid.geometry
    let convolution = geometry.convolution
    let (area, size) = (geometry.outputArea, geometry.input.size)
    for tap in 0..<geometry.kernelArea {
      let (tapRow, tapColumn) = tap.quotientAndRemainder(dividingBy: geometry.kernel.horizontal)
      let top = tapRow * convolution.dilation.vertical - convolution.padding.vertical
      let left = tapColumn * convolution.dilation.horizontal - convolution.padding.horizontal
      var (image, place) = pixels.lowerBound.quotientAndRemainder(dividingBy: area)
      var (row, column) = place.quotientAndRemainder(dividingBy: geometry.output.horizontal)
      for pixel in 0..<pixels.count {
        let vertical = offsets + ((image * geometry.kernelArea + tap) * 2) * area
        let y = row * convolution.stride.vertical + top
        let x = column * convolution.stride.horizontal + left
        samples[tap * grid.chunkPixels + pixel] = bilinearSample(
          Coordinate(base: y, offset: vertical[place], size: size.vertical),
          Coordinate(base: x, offset: vertical[area + place], size: size.horizontal), image: image)
        (place, column) = (place + 1, column + 1)
        if column == geometry.output.horizontal { (row, column) = (row + 1, 0) }
        if place == area { (image, place, row) = (image + 1, 0, 0) }
      }
    }
  }

  /// Interpolates some channel blocks at every sample: [group][channel block][tap][MR][16].
  private func gather(
    _ blocks: Range<Int>, of map: UnsafePointer<Float>, at samples: UnsafePointer<BilinearSample>, count: Int,
    into target: UnsafeMutablePointer<Float>
  ) {
    let input = grid.geometry.input
    let taps = grid.geometry.kernelArea
    let tapStride = grid.kernel.rows * PackedStrip.depth
    for tap in 0..<taps {
      kernels.gather(
        BilinearGather(
          map: map + blocks.lowerBound * input.blockStride, samples: samples + tap * grid.chunkPixels,
          count: count, target: target + tap * tapStride, rows: grid.kernel.rows,
          groupStride: grid.groupSize, blocks: blocks.count, depth: input.depth,
          blockStride: input.blockStride, targetBlockStride: taps * tapStride))
    }
  }

  /// The corners and weights of the position (y, x). A corner outside the map weighs nothing, so a position outside
  /// (−1, H)×(−1, W), none of whose corners lie inside, samples 0.
  private func bilinearSample(_ y: Coordinate, _ x: Coordinate, image: Int) -> BilinearSample {
    let input = grid.geometry.input
    let first = input.offset(image: image, row: 0, column: 0)
    let (top, bottom) = (first + y.lower * input.rowStride, first + y.upper * input.rowStride)
    let (left, right) = (x.lower * input.depth, x.upper * input.depth)
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
