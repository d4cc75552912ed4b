import Backends
import Catalogue
import Microkernels
import Tensors

/// deform_conv2d: for a chunk of output pixels the places and weights of all samples are worked out once; then, a few
/// channel blocks at a time, the samples are gathered into columns, straight in the layout that the micro-kernel reads,
/// and multiplied from there. So the columns stay in the second-level cache whatever the number of channels, and the
/// chunk can be so large that the weights are read a few times only.
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
  /// Channel blocks that are gathered at a time.
  private let blocksPerPass: Int

  /// Pixels of a chunk at the most: its sums over 256 output channels take 230 KB.
  private static let chunkPixelLimit = 224
  /// Floats of the columns of a pass, about: half of what a second-level cache holds.
  private static let passFloats = CacheSize.secondLevel / 2 / MemoryLayout<Float>.stride

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
    let rows = context.kernels.gemm(outputs: geometry.groupOutputs).rows
    let tiles = (geometry.outputArea + rows - 1) / rows
    // As many chunks for every thread.
    var chunks = min(pool.size, tiles)
    while (tiles + chunks - 1) / chunks > max(1, Self.chunkPixelLimit / rows) { chunks += pool.size }
    tilesPerChunk = (tiles + chunks - 1) / chunks
    let chunkPixels = tilesPerChunk * rows
    // KC = whole channel blocks, whose columns are gathered in whole passes.
    let depth = geometry.input.depth
    let blockProducts = geometry.kernelArea * depth
    let blocksPerChain = max(1, TileGrid.blockProducts / blockProducts)
    let chains = max(1, Self.passFloats / (blocksPerChain * blockProducts * chunkPixels))
    blocksPerPass = min(chains * blocksPerChain, geometry.input.blocks)
    // Columns are [channel block][tap of the kernel][pixel][depth].
    let taps = Taps(offsets: (0..<geometry.places).map { $0 * chunkPixels * depth }, depth: depth)
    grid = TileGrid(
      context, geometry, parameters, surroundings, taps: taps,
      tapsPerBlock: min(blocksPerChain, geometry.input.blocks) * geometry.kernelArea)
    columnPixels = (0..<chunkPixels).map { $0 * depth }
  }

  var errorModel: ErrorModel {
    ErrorModel(height: grid.height + Self.samplingRoundings, coordinates: .splitInteger)
  }
  var packedCount: Int { grid.packedCount }

  // MARK: A chunk's scratch: the sums of all panels, the columns of a pass, the samples.

  private var sumsCount: Int { grid.weights.panels * grid.sumsCount(tiles: tilesPerChunk) }
  private var columnsCount: Int {
    let floats = blocksPerPass * grid.geometry.kernelArea * columnPixels.count * grid.geometry.input.depth
    // The samples after them hold integers of eight bytes.
    return (floats + 1) / 2 * 2
  }
  private var sampleCount: Int { grid.geometry.kernelArea * columnPixels.count }

  var scratchCount: Int {
    let sample = MemoryLayout<BilinearSample>.stride / MemoryLayout<Float>.stride
    return sumsCount + columnsCount + sampleCount * sample
  }

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
      compute(image: image, places: places, offsets: shared, operands.workspace.start(worker), operands)
    }
  }

  private func compute(
    image: Int, places: Range<Int>, offsets: UnsafePointer<Float>, _ sums: UnsafeMutablePointer<Float>,
    _ operands: ConvolutionOperands
  ) {
    let columns = sums + sumsCount
    let samples = UnsafeMutableRawPointer(columns + columnsCount)
      .bindMemory(to: BilinearSample.self, capacity: sampleCount)
    locate(image: image, places: places, offsets: offsets, samples)
    let input = grid.geometry.input
    let source = operands.input + input.offset(image: image, row: 0, column: 0)
    for first in stride(from: 0, to: input.blocks, by: blocksPerPass) {
      let blocks = first..<min(first + blocksPerPass, input.blocks)
      gather(blocks, of: source, at: samples, count: places.count, into: columns)
      multiply(blocks, columns, count: places.count, sums)
    }
    let start = image * grid.geometry.outputArea
    for panel in 0..<grid.weights.panels {
      grid.finish(
        panel: panel, group: 0, pixels: (start + places.lowerBound)..<(start + places.upperBound),
        sums: sums + panel * grid.sumsCount(tiles: tilesPerChunk), operands)
    }
  }

  /// Works out every tap's sample for each of the pixels `places`: [tap][pixel].
  private func locate(
    image: Int, places: Range<Int>, offsets: UnsafePointer<Float>,
    _ samples: UnsafeMutablePointer<BilinearSample>
  ) {
    let geometry = grid.geometry
    let convolution = geometry.convolution
    let (area, width, size) = (geometry.outputArea, geometry.output.horizontal, geometry.input.size)
    for tap in 0..<geometry.kernelArea {
      let (tapRow, tapColumn) = tap.quotientAndRemainder(dividingBy: geometry.kernel.horizontal)
      let vertical = offsets + ((image * geometry.kernelArea + tap) * 2) * area
      let horizontal = vertical + area
      let top = tapRow * convolution.dilation.vertical - convolution.padding.vertical
      let left = tapColumn * convolution.dilation.horizontal - convolution.padding.horizontal
      var (row, column) = places.lowerBound.quotientAndRemainder(dividingBy: width)
      for (pixel, place) in places.enumerated() {
        let y = row * convolution.stride.vertical + top
        let x = column * convolution.stride.horizontal + left
        samples[tap * columnPixels.count + pixel] = bilinearSample(
          Coordinate(base: y, offset: vertical[place], size: size.vertical),
          Coordinate(base: x, offset: horizontal[place], size: size.horizontal))
        column += 1
        if column == width { (row, column) = (row + 1, 0) }
      }
    }
  }

  /// Interpolates some channel blocks at every sample.
  private func gather(
    _ blocks: Range<Int>, of map: UnsafePointer<Float>, at samples: UnsafePointer<BilinearSample>, count: Int,
    into columns: UnsafeMutablePointer<Float>
  ) {
    let input = grid.geometry.input
    let taps = grid.geometry.kernelArea
    let tapStride = columnPixels.count * input.depth
    let source = map + blocks.lowerBound * input.blockStride
    for tap in 0..<taps {
      for pixel in 0..<count {
        kernels.gather(
          source, samples[tap * columnPixels.count + pixel], columns + tap * tapStride + pixel * input.depth,
          blocks.count, input.depth, input.blockStride, taps * tapStride)
      }
    }
  }

  /// Adds the products of some channel blocks to the sums of every panel.
  private func multiply(
    _ blocks: Range<Int>, _ columns: UnsafePointer<Float>, count: Int, _ sums: UnsafeMutablePointer<Float>
  ) {
    let taps = grid.geometry.kernelArea
    let rows = grid.kernel.rows
    columnPixels.withUnsafeBufferPointer { pixels in
      grid.taps.offsets.withUnsafeBufferPointer { offsets in
        guard let pixels = pixels.baseAddress, let offsets = offsets.baseAddress else { return }
        for panel in 0..<grid.weights.panels {
          grid.multiply(
            panel: panel, group: 0, tiles: (count + rows - 1) / rows,
            range: (blocks.lowerBound * taps)..<(blocks.upperBound * taps), taps: offsets, a: columns,
            pixels: pixels, sums: sums + panel * grid.sumsCount(tiles: tilesPerChunk))
        }
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
