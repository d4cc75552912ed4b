import Backends
import Catalogue
import Microkernels
import Tensors

/// conv2d as a matrix product whose vectors lie along the pixels of planes: no lane is empty however few the output
/// channels, and an NCHW map needs no other order. For stride 1, any padding and dilation; not for groups.
///
/// Summation tree of one output: chains of KC = 144 products, then a chain over the ⌈K/KC⌉ chains.
final class PixelGemmCore: ConvolutionCore {
  static let algorithm = "pixel-gemm"

  let errorModel: ErrorModel
  private let geometry: ConvolutionGeometry
  private let output: MapLayout
  private let kernels: KernelTable
  private let kernel: PixelGemmKernel
  private let planes: PixelPlanes
  private let epilogue: Epilogue
  private let pool: WorkerPool
  private let offsets: [Int]
  /// [groups of MR output channels][steps][MR], zero where channels run out.
  private let weights: AlignedBuffer
  /// Groups of MR output channels, and how many a task computes.
  private let groups: Int
  private let groupsPerTask: Int
  /// Tiles of pixels of a picture, and how many a task computes.
  private let tiles: Int
  private let tilesPerTask: Int
  /// Output channels of a task, filled up to whole blocks: the panel of the epilogue.
  private let columns: Int

  /// KC: sixteen channels of a 3×3 window.
  private static let chain = 144
  /// Tasks per thread that are aimed at.
  private static let tasksPerThread = 2
  /// Floats of a task's sums at the most, about: they stay in a second-level cache, and so do sixteen channels of the
  /// task's pixels while all its tiles meet them.
  private static let sumsLimit = 24 << 10

  /// Whether the algorithm computes such layers.
  static func offers(_ layer: Layer, _ convolution: Convolution) -> Bool {
    layer.kind == .conv2d && convolution.groups == 1 && convolution.stride == Pair(1)
  }

  init(
    _ context: PlanContext, _ convolution: Convolution, _ parameters: Parameters<Float>,
    _ surroundings: ConvolutionSurroundings
  ) {
    guard let weight = parameters.weight else { preconditionFailure("a convolution has weights") }
    geometry = ConvolutionGeometry(context.layer, convolution, input: surroundings.input)
    output = surroundings.output
    kernels = context.kernels
    pool = context.pool
    let outputs = geometry.groupOutputs
    let (kernel, planes) = Self.best(kernels.pixelGemms, geometry)
    (self.kernel, self.planes) = (kernel, planes)
    offsets = planes.offsets(geometry)
    groups = (outputs + kernel.rows - 1) / kernel.rows
    tiles = planes.pixels / kernel.columns
    let tasks = Self.tasksPerThread * pool.size
    let ranges = (tasks + geometry.input.batch * tiles - 1) / (geometry.input.batch * tiles)
    groupsPerTask = Self.groupsPerTask(groups, rows: kernel.rows, ranges: ranges)
    let perTile = groupsPerTask * kernel.rows * kernel.columns
    let most = max(1, min(Self.sumsLimit / perTile, (geometry.input.batch * tiles + tasks - 1) / tasks))
    // Parts of equal size.
    tilesPerTask = (tiles + (tiles + most - 1) / most - 1) / ((tiles + most - 1) / most)
    columns =
      (groupsPerTask * kernel.rows + MapLayout.blockDepth - 1) / MapLayout.blockDepth * MapLayout.blockDepth
    weights = Self.pack(weight, rows: kernel.rows, groups: groups)
    epilogue = Epilogue(
      kernels, geometry, parameters, surroundings, columns: columns,
      panels: (groups + groupsPerTask - 1) / groupsPerTask)
    let chains = (offsets.count + Self.chain - 1) / Self.chain
    errorModel = ErrorModel(height: min(Self.chain, offsets.count) + chains - 1 + epilogue.roundings)
  }

  /// The kernel that multiplies least, channels and pixels filled up; of equals the first one.
  private static func best(
    _ kernels: [PixelGemmKernel], _ geometry: ConvolutionGeometry
  ) -> (PixelGemmKernel, PixelPlanes) {
    let known = kernels.map { ($0, PixelPlanes(geometry, columns: $0.columns)) }
    func cost(_ candidate: (PixelGemmKernel, PixelPlanes)) -> Int {
      let rows = candidate.0.rows
      return (geometry.groupOutputs + rows - 1) / rows * rows * candidate.1.pixels
    }
    return known.dropFirst().reduce(known[0]) { cost($1) < cost($0) ? $1 : $0 }
  }

  /// Groups of a task: all where the pixels give tasks enough, else a part that ends with a block of sixteen channels.
  private static func groupsPerTask(_ groups: Int, rows: Int, ranges: Int) -> Int {
    var unit = 1
    while unit * rows % MapLayout.blockDepth != 0 { unit += 1 }
    let part = ((groups + ranges - 1) / ranges + unit - 1) / unit * unit
    return min(part, groups)
  }

  private static func pack(_ weight: Tensor<Float>, rows: Int, groups: Int) -> AlignedBuffer {
    let outputs = weight.shape[0]
    let steps = weight.shape.count / outputs
    let buffer = AlignedBuffer(zeros: groups * steps * rows)
    for channel in 0..<outputs {
      let (group, row) = channel.quotientAndRemainder(dividingBy: rows)
      let target = buffer.start + group * steps * rows + row
      for step in 0..<steps { target[step * rows] = weight.values[channel * steps + step] }
    }
    return buffer
  }

  /// Sums of a tile, [groups][MR][NR]; a task's follow one another, and behind them lie those of a tile by pixels,
  /// [NR][columns].
  private var tileSums: Int { groupsPerTask * kernel.rows * kernel.columns }
  private var planesCount: Int { (planes.count + 15) / 16 * 16 }
  var scratchCount: Int { planesCount + tilesPerTask * tileSums + kernel.columns * columns }
  var packedCount: Int { weights.count + epilogue.packedCount }

  func run(_ operands: ConvolutionOperands) {
    let copied = operands.workspace.start(0)
    if !planes.isInPlace { planes.copy(from: operands.input, to: copied, kernels, pool) }
    let source = planes.isInPlace ? operands.input : UnsafePointer(copied)
    let parts = (tiles + tilesPerTask - 1) / tilesPerTask
    let ranges = (groups + groupsPerTask - 1) / groupsPerTask
    pool.run(tasks: geometry.input.batch * parts * ranges) { task, worker in
      let (place, range) = task.quotientAndRemainder(dividingBy: ranges)
      let (image, part) = place.quotientAndRemainder(dividingBy: parts)
      let members = (part * tilesPerTask)..<min((part + 1) * tilesPerTask, tiles)
      let sums = operands.workspace.start(worker) + planesCount
      let planes = source + image * geometry.input.channels * planes.planeStride
      multiply(range: range, members, planes, sums)
      for tile in members {
        finish(
          range: range, image: image, first: tile * kernel.columns,
          sums + (tile - members.lowerBound) * tileSums, stage: sums + tilesPerTask * tileSums, operands)
      }
    }
  }

  /// The sums of a range of groups for some tiles of pixels, chain by chain.
  private func multiply(
    range: Int, _ tiles: Range<Int>, _ source: UnsafePointer<Float>, _ sums: UnsafeMutablePointer<Float>
  ) {
    let steps = offsets.count
    let members = (range * groupsPerTask)..<min((range + 1) * groupsPerTask, groups)
    let groupSums = kernel.rows * kernel.columns
    offsets.withUnsafeBufferPointer { offsets in
      guard let offsets = offsets.baseAddress else { return }
      for first in stride(from: 0, to: steps, by: Self.chain) {
        for tile in tiles {
          for group in members {
            kernel.run(
              PixelTile(
                a: weights.start + (group * steps + first) * kernel.rows,
                b: source + tile * kernel.columns, offsets: offsets + first,
                c: sums + (tile - tiles.lowerBound) * tileSums + (group - members.lowerBound) * groupSums,
                steps: min(Self.chain, steps - first), accumulates: first > 0))
          }
        }
      }
    }
  }

  /// Finishes and stores the pixels of a tile that lie in the output, row by row.
  private func finish(
    range: Int, image: Int, first: Int, _ sums: UnsafeMutablePointer<Float>,
    stage: UnsafeMutablePointer<Float>, _ operands: ConvolutionOperands
  ) {
    let isPlanar = output.depth == 1 && epilogue.isPlain
    let rows = groupsPerTask * kernel.rows
    if !isPlanar { kernels.transpose(sums, kernel.columns, stage, columns, rows, kernel.columns) }
    let width = geometry.output.horizontal
    var pixel = first
    while pixel < first + kernel.columns {
      let (row, column) = pixel.quotientAndRemainder(dividingBy: planes.rowStride)
      guard row < geometry.output.vertical else { return }
      let end = min(first + kernel.columns, row * planes.rowStride + width)
      if column < width {
        let place = row * width + column
        if isPlanar {
          storePlanes(sums + (pixel - first), range: range, image: image, place: place, end - pixel, operands)
        } else {
          let start = image * geometry.outputArea + place
          epilogue.finish(
            stage + (pixel - first) * columns, panel: range, group: 0, pixels: start..<(start + end - pixel),
            output: operands.output, factor: operands.factor)
        }
      }
      pixel = (row + 1) * planes.rowStride
    }
  }

  /// `count` neighbouring pixels of every channel of a range, each into its plane.
  private func storePlanes(
    _ sums: UnsafePointer<Float>, range: Int, image: Int, place: Int, _ count: Int,
    _ operands: ConvolutionOperands
  ) {
    let affine = epilogue.affine(panel: range)
    let firstChannel = range * columns
    let target = operands.output + output.offset(image: image, place: place)
    for channel in 0..<min(groupsPerTask * kernel.rows, output.channels - firstChannel) {
      kernels.affine(
        sums + channel * kernel.columns, target + (firstChannel + channel) * output.blockStride, count,
        affine.scale[channel], affine.shift[channel], affine.relu)
    }
  }
}
