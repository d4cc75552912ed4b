import Backends
import Catalogue
import Microkernels
import Tensors

/// max_pool2d, plane by plane. Where windows reach over the map's edges, a plane is copied first, with −∞ around it.
final class PoolingPlan: TiledPlan {
  private let pooling: Pooling
  private let input: Pair
  private let output: Pair
  /// What the windows lie in: the map, or a plane of so many rows and columns.
  private let spread: Pair
  private let isCopied: Bool
  /// Columns of −∞ on either side of a copied plane.
  private let side: Int
  /// By worker; −∞ around the copy.
  private let planes: [AlignedBuffer]

  init(_ context: PlanContext, _ pooling: Pooling) {
    self.pooling = pooling
    let (input, output) = (context.layer.inputShapes[0], context.layer.outputShape)
    let (size, result) = (Pair(input[2], input[3]), Pair(output[2], output[3]))
    self.input = size
    self.output = result
    let (step, window) = (pooling.stride, pooling.kernel)
    let rows = (result.vertical - 1) * step.vertical + window.vertical
    let columns = (result.horizontal - 1) * step.horizontal + window.horizontal
    let padding = pooling.padding
    isCopied = padding != Pair(0) || rows > size.vertical || columns > size.horizontal
    side = max(padding.horizontal, columns - padding.horizontal - size.horizontal)
    let spread = isCopied ? Pair(rows, size.horizontal + 2 * side) : size
    self.spread = spread
    planes = (0..<context.pool.size).map { [count = isCopied ? spread.vertical * spread.horizontal : 0] _ in
      let plane = AlignedBuffer(scratch: count)
      plane.start.update(repeating: -.infinity, count: count)
      return plane
    }
    super.init(context, .exact)
  }

  override func compute(_ pointers: SharedPointers) {
    let planes = layer.outputShape[0] * layer.outputShape[1]
    let tasks = context.tasks(
      for: planes, least: ElementwisePlan.leastPerTask / (output.vertical * output.horizontal))
    context.pool.run(tasks: tasks) { task, worker in
      for plane in (planes * task / tasks)..<(planes * (task + 1) / tasks) {
        pool(
          source(pointers.inputs[0] + plane * input.vertical * input.horizontal, worker),
          pointers.output + plane * output.vertical * output.horizontal)
      }
    }
  }

  /// The first window of a plane of the map.
  private func source(_ plane: UnsafePointer<Float>, _ worker: Int) -> UnsafePointer<Float> {
    guard isCopied else { return plane }
    let target = planes[worker].start
    let top = pooling.padding.vertical
    // Row by row: what lies around them stays as it is.
    kernels.copyPlanes(
      PlaneCopy(
        source: plane, sourceStride: input.horizontal, target: target + top * spread.horizontal + side,
        targetStride: spread.horizontal, planes: min(input.vertical, spread.vertical - top), above: 0,
        rows: 1, behind: 0, width: input.horizontal, side: 0))
    return UnsafePointer(target) + (side - pooling.padding.horizontal)
  }

  private func pool(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>) {
    kernels.poolPlane(
      PlanePooling(
        source: x, sourceStride: spread.horizontal, target: y, targetStride: output.horizontal,
        rows: output.vertical, columns: output.horizontal, windowRows: pooling.kernel.vertical,
        windowColumns: pooling.kernel.horizontal, rowStep: pooling.stride.vertical,
        columnStep: pooling.stride.horizontal))
  }
}

extension Pooling {
  /// The input rows that output row `row` is the maximum of.
  func rows(of row: Int, height: Int) -> Range<Int> {
    Self.window(row * stride.vertical - padding.vertical, kernel.vertical, height)
  }

  /// The input columns that output column `column` is the maximum of.
  func columns(of column: Int, width: Int) -> Range<Int> {
    Self.window(column * stride.horizontal - padding.horizontal, kernel.horizontal, width)
  }

  /// The part of a window that lies in the map.
  private static func window(_ first: Int, _ extent: Int, _ size: Int) -> Range<Int> {
    max(first, 0)..<min(first + extent, size)
  }
}
