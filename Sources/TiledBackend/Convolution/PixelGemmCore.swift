import Backends
import Catalogue
import Microkernels
import Tensors

/// conv2d as a matrix product whose vectors lie along the pixels of planes: no lane is empty however few the output
/// channels, and an NCHW map needs no other order. For stride 1, any padding and dilation; not for groups.
///
/// Summation tree of one output: see ``ProductOrder``.
final class PixelGemmCore: ConvolutionCore {
  static let algorithm = "pixel-gemm"

  let errorModel: ErrorModel
  private let geometry: ConvolutionGeometry
  private let output: MapLayout
  private let kernels: KernelTable
  private let split: PixelSplit
  private let epilogue: Epilogue
  private let pool: WorkerPool
  /// A step for each product of an output.
  private let order: ProductOrder
  /// Where each step's row of pixels lies.
  private let offsets: [Int]
  /// Where a step's row of pixels lies, once it is packed.
  private let packedOffsets: [Int]
  /// [groups of MR output channels][steps][MR], zero where channels run out.
  private let weights: AlignedBuffer
  /// Output channels of a task, filled up to whole blocks where they are written so: the panel of the epilogue.
  private let columns: Int
  /// Whether channels are written into their planes as they are.
  private let isPlanar: Bool

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
    isPlanar = output.depth == 1 && surroundings.factor == nil
    let split = PixelSplit.best(
      kernels.pixelGemms, geometry, threads: pool.size, inBlocks: !isPlanar)
    self.split = split
    let order = ProductOrder(geometry)
    self.order = order
    let offsets = split.planes.offsets(geometry, order)
    self.offsets = offsets + [Int](repeating: offsets.last ?? 0, count: PixelTile.lookahead)
    let longest = order.chains.map(\.count).max() ?? 0
    packedOffsets =
      split.isPacked ? (0..<(longest + PixelTile.lookahead)).map { $0 * split.kernel.columns } : []
    let outputs = split.groupsPerTask * split.kernel.rows
    columns =
      isPlanar ? outputs : (outputs + MapLayout.blockDepth - 1) / MapLayout.blockDepth * MapLayout.blockDepth
    weights = Self.pack(weight, order, rows: split.kernel.rows, groups: split.groups)
    epilogue = Epilogue(kernels, geometry, parameters, surroundings, columns: columns, panels: split.ranges)
    errorModel = ErrorModel(height: longest + order.chains.count - 1 + epilogue.roundings)
  }

  private static func pack(
    _ weight: Tensor<Float>, _ order: ProductOrder, rows: Int, groups: Int
  ) -> AlignedBuffer {
    let (outputs, area) = (weight.shape[0], weight.shape[2] * weight.shape[3])
    let steps = order.products.count
    let buffer = AlignedBuffer(zeros: groups * steps * rows)
    for channel in 0..<outputs {
      let (group, row) = channel.quotientAndRemainder(dividingBy: rows)
      let target = buffer.start + group * steps * rows + row
      for (step, product) in order.products.enumerated() {
        target[step * rows] = weight.values[channel * steps + product.channel * area + product.place]
      }
    }
    return buffer
  }

  // MARK: Scratch: the planes of a task, a chain's packed pixels, sums, a tile by pixels.

  private var kernel: PixelGemmKernel { split.kernel }
  private var planes: PixelPlanes { split.planes }
  private var planesCount: Int { (planes.count + 15) / 16 * 16 }
  private var packedPixels: Int { packedOffsets.count * kernel.columns }
  /// Sums of a task, [groups · MR][tiles · NR]: those of an output channel lie side by side.
  private var sumStride: Int { split.tilesPerTask * kernel.columns }
  private var sumCount: Int { split.groupsPerTask * kernel.rows * sumStride }

  var scratchCount: Int {
    planesCount + packedPixels + sumCount + (isPlanar ? 0 : kernel.columns * columns)
  }
  var packedCount: Int { weights.count + epilogue.packedCount }

  func run(_ operands: ConvolutionOperands) {
    let (parts, ranges) = (split.parts, split.ranges)
    pool.run(tasks: geometry.input.batch * parts * ranges) { task, worker in
      // A range's weights stay with its worker.
      let (range, place) = task.quotientAndRemainder(dividingBy: geometry.input.batch * parts)
      let (image, part) = place.quotientAndRemainder(dividingBy: parts)
      let first = part * split.tilesPerTask
      let tiles = first..<min(first + split.tilesPerTask, planes.tiles)
      let pixels = planes.pixels(ofTiles: tiles)
      let own = operands.workspace.start(worker)
      if !planes.isInPlace {
        planes.copy(image: image, for: pixels, from: operands.input, to: own, kernels)
      }
      let source =
        planes.isInPlace
        ? operands.input + image * geometry.input.channels * planes.planeStride
        : UnsafePointer(own) - planes.firstRow(of: pixels) * planes.rowStride
      let packed = own + planesCount
      let sums = packed + packedPixels
      let start = planes.firstPixel(ofTile: tiles.lowerBound)
      for tile in tiles {
        let pixel = planes.firstPixel(ofTile: tile)
        multiply(
          range: range, source + pixel, packed: packed, sums + (pixel - start))
      }
      if isPlanar || storesBlocks {
        storeChannels(range: range, image: image, pixels, sums, from: start, operands)
      } else {
        for tile in tiles {
          store(range: range, image: image, tile, sums, from: start, operands)
        }
      }
    }
  }

  /// The sums of a range of groups for a tile of pixels, chain by chain.
  private func multiply(
    range: Int, _ pixels: UnsafePointer<Float>, packed: UnsafeMutablePointer<Float>,
    _ sums: UnsafeMutablePointer<Float>
  ) {
    let members = (range * split.groupsPerTask)..<min((range + 1) * split.groupsPerTask, split.groups)
    (split.isPacked ? packedOffsets : offsets).withUnsafeBufferPointer { offsets in
      guard let offsets = offsets.baseAddress else { return }
      for chain in order.chains {
        let first = chain.lowerBound
        if split.isPacked {
          kernels.copyPlanes(
            PlaneCopy(
              source: pixels + first * planes.planeStride, sourceStride: planes.planeStride, target: packed,
              targetStride: kernel.columns, planes: chain.count, above: 0, rows: 1, behind: 0,
              width: kernel.columns, side: 0))
        }
        for group in members {
          kernel.run(
            PixelTile(
              a: weights.start + (group * order.products.count + first) * kernel.rows,
              b: split.isPacked ? UnsafePointer(packed) : pixels,
              offsets: split.isPacked ? offsets : offsets + first,
              c: sums + (group - members.lowerBound) * kernel.rows * sumStride, cStride: sumStride,
              steps: chain.count, accumulates: first > 0))
        }
      }
    }
  }

  /// Finishes and stores a tile as pixels of all channels of a range, row by row.
  private func store(
    range: Int, image: Int, _ tile: Int, _ sums: UnsafeMutablePointer<Float>, from start: Int,
    _ operands: ConvolutionOperands
  ) {
    let rows = split.groupsPerTask * kernel.rows
    let stage = sums + sumCount
    let pixels = planes.pixels(ofTiles: tile..<(tile + 1))
    kernels.transpose(
      UnsafePointer(sums) + (pixels.lowerBound - start), sumStride, stage, columns, rows, pixels.count,
      false)
    planes.forEachRectangle(of: pixels) { first, rows, width in
      for row in 0..<rows {
        let pixel = first + row * planes.rowStride
        let place = image * geometry.outputArea + planes.place(ofPixel: pixel)
        epilogue.finish(
          stage + (pixel - pixels.lowerBound) * columns, panel: range, group: 0,
          pixels: place..<(place + width), output: operands.output, factor: operands.factor)
      }
    }
  }

  /// Whether channels are written in blocks of sixteen as they are.
  private var storesBlocks: Bool { output.depth == MapLayout.blockDepth && epilogue.isPlain }

  /// Finishes some pixels of every channel of a range where they belong: each channel in its plane, or sixteen of them in
  /// their block.
  private func storeChannels(
    range: Int, image: Int, _ pixels: Range<Int>, _ sums: UnsafePointer<Float>, from start: Int,
    _ operands: ConvolutionOperands
  ) {
    let affine = epilogue.affine(panel: range)
    let firstChannel = range * columns
    let channels = min(split.groupsPerTask * kernel.rows, output.channels - firstChannel)
    let finish = isPlanar ? kernels.finishPlanes : kernels.finishBlocks
    planes.forEachRectangle(of: pixels) { first, rows, width in
      var (pixel, left) = (first, width)
      while left > 0 {
        let place = planes.place(ofPixel: pixel)
        // A run of pixels of a map without padding goes on over the ends of its rows, and so it does in a plane.
        let run = isPlanar ? left : min(left, output.size.horizontal - place % output.size.horizontal)
        finish(
          PlaneFinish(
            sums: sums + (pixel - start), sumStride: sumStride, sumRowStride: planes.rowStride,
            target: operands.output + firstChannel / output.depth * output.blockStride
              + output.offset(image: image, place: place),
            targetStride: output.blockStride, targetRowStride: output.rowStride, channels: channels,
            rows: rows, width: run, scale: affine.scale, shift: affine.shift, relu: affine.relu,
            streams: epilogue.streams))
        (pixel, left) = (pixel + run, left - run)
      }
    }
  }
}
