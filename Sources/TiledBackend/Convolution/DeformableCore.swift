import Backends
import Catalogue
import Microkernels
import Tensors

/// deform_conv2d: for a chunk of output pixels the places and weights of all samples are worked out once; then, a few
/// channel blocks at a time, the samples are gathered straight into the rows that the packed micro-kernel reads, and
/// multiplied from there. So the rows stay in the second-level cache whatever the number of channels, and the chunk can
/// be so large that the weights are read a few times only. Where a map is so small that its samples are few beside the
/// weights, all are gathered first, for every worker, and each then multiplies them by panels of its own: the weights are
/// read once.
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
  /// Whether all samples are gathered before any is multiplied. Every worker then has as many panels.
  private let isShared: Bool

  /// How many times as many weights as samples there are where these are shared. What is saved are the other workers'
  /// readings of the weights, and half of what they all read of the samples then comes from another core's cache: with
  /// ten times as many a layer in a network took 0.73 of the time, with two and a half times as many 1.09.
  private static let leastWeightsPerRow = 5

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
    isShared =
      pool.size > 1 && grid.chunkCount == 1 && grid.weights.panels.isMultiple(of: pool.size)
      && grid.passes.count * grid.rowsCount * Self.leastWeightsPerRow <= grid.weights.buffer.count
    errorModel = ErrorModel(
      height: grid.height + Self.samplingRoundings, coordinates: .splitInteger)
  }

  var packedCount: Int { grid.packedCount }

  // MARK: A worker's scratch: the packed rows of a pass, or, the first worker's for all, of every pass; samples; the sums of
  // all panels.

  private var sampleCount: Int { grid.geometry.kernelArea * grid.chunkPixels }
  private var sampleFloats: Int {
    sampleCount * MemoryLayout<BilinearSample>.stride / MemoryLayout<Float>.stride
  }
  private var rowsCount: Int { (isShared ? grid.passes.count : 1) * grid.rowsCount }

  var scratchCount: Int { rowsCount + sampleFloats + grid.weights.panels * grid.panelSums }

  private func samples(_ scratch: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<BilinearSample> {
    UnsafeMutableRawPointer(scratch + rowsCount)
      .bindMemory(to: BilinearSample.self, capacity: sampleCount)
  }

  private func sums(ofPanel panel: Int, _ scratch: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<Float>
  {
    scratch + rowsCount + sampleFloats + panel * grid.panelSums
  }

  func run(_ operands: ConvolutionOperands) {
    guard let offsets = operands.offset else { preconditionFailure("a deformable convolution has offsets") }
    // Read by all workers.
    nonisolated(unsafe) let shared = offsets
    guard isShared else {
      return pool.run(tasks: chunks.count) { task, worker in
        guard !chunks[task].isEmpty else { return }
        compute(chunks[task], offsets: shared, operands.workspace.start(worker), operands)
      }
    }
    let rows = operands.workspace.start(0)
    let (pixels, group) = (grid.geometry.pixels, grid.kernel.rows)
    pool.run(tasks: (pixels + group - 1) / group) { task, worker in
      let part = (task * group)..<min((task + 1) * group, pixels)
      let samples = samples(operands.workspace.start(worker))
      locate(part, offsets: shared, samples)
      for (pass, blocks) in grid.passes.enumerated() {
        gather(
          blocks, of: operands.input, at: samples, count: part.count,
          into: rows + pass * grid.rowsCount + task * grid.groupSize)
      }
    }
    pool.run(tasks: grid.weights.panels) { panel, worker in
      let scratch = operands.workspace.start(worker)
      for (pass, blocks) in grid.passes.enumerated() {
        multiply(
          panel..<(panel + 1), blocks, pixels: pixels, rows: rows + pass * grid.rowsCount, scratch)
      }
      finish(panel..<(panel + 1), pixels: 0..<pixels, scratch, operands)
    }
  }

  private func compute(
    _ pixels: Range<Int>, offsets: UnsafePointer<Float>, _ scratch: UnsafeMutablePointer<Float>,
    _ operands: ConvolutionOperands
  ) {
    let samples = samples(scratch)
    let panels = 0..<grid.weights.panels
    locate(pixels, offsets: offsets, samples)
    for blocks in grid.passes {
      gather(blocks, of: operands.input, at: samples, count: pixels.count, into: scratch)
      multiply(panels, blocks, pixels: pixels.count, rows: scratch, scratch)
    }
    finish(panels, pixels: pixels, scratch, operands)
  }

  private func multiply(
    _ panels: Range<Int>, _ blocks: Range<Int>, pixels: Int, rows: UnsafePointer<Float>,
    _ scratch: UnsafeMutablePointer<Float>
  ) {
    for panel in panels {
      grid.multiply(
        panel: panel, of: panels, blocks: blocks, pixels: pixels, rows: rows,
        sums: sums(ofPanel: panel, scratch))
    }
  }

  private func finish(
    _ panels: Range<Int>, pixels: Range<Int>, _ scratch: UnsafeMutablePointer<Float>,
    _ operands: ConvolutionOperands
  ) {
    for panel in panels {
      grid.finish(panel: panel, pixels: pixels, sums: sums(ofPanel: panel, scratch), operands)
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

  /// Interpolates the channel blocks of a pass at every sample: [group][channel block][tap][MR][16].
  private func gather(
    _ places: Range<Int>, of map: UnsafePointer<Float>, at samples: UnsafePointer<BilinearSample>, count: Int,
    into target: UnsafeMutablePointer<Float>
  ) {
    let input = grid.geometry.input
    let taps = grid.geometry.kernelArea
    let tapStride = grid.kernel.rows * PackedStrip.depth
    let blocks = (places.lowerBound / taps)..<(places.upperBound / taps)
    let groups = (count + grid.kernel.rows - 1) / grid.kernel.rows
    // Channels that do not fill a block leave zeros behind them.
    if input.depth < PackedStrip.depth { target.update(repeating: 0, count: groups * grid.groupSize) }
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
