import Backends
import Catalogue
import Microkernels
import Tensors

/// max_pool2d: for each output row, first the maximum over the window's rows into a strip with its padding, then over
/// the window's columns.
final class PoolingPlan: TiledPlan {
  private let pooling: Pooling
  private let strips: [AlignedBuffer]
  /// Elements of a strip: enough for the last window, which may reach past the padding with ceil_mode.
  private let stripWidth: Int

  init(_ context: PlanContext, _ pooling: Pooling) {
    self.pooling = pooling
    let (input, output) = (context.layer.inputShapes[0], context.layer.outputShape)
    stripWidth = max(
      input[3] + 2 * pooling.padding.horizontal,
      (output[3] - 1) * pooling.stride.horizontal + pooling.kernel.horizontal)
    let width = stripWidth
    strips = (0..<context.pool.size).map { _ in
      let strip = AlignedBuffer(zeros: width)
      strip.start.update(repeating: -.infinity, count: width)
      return strip
    }
    super.init(context, .exact)
  }

  override func compute(_ pointers: SharedPointers) {
    let (input, shape) = (layer.inputShapes[0], layer.outputShape)
    let planes = shape[0] * shape[1]
    let least = ElementwisePlan.leastPerTask / (shape[2] * shape[3])
    let tasks = context.tasks(for: planes, least: least)
    context.pool.run(tasks: tasks) { task, worker in
      for plane in (planes * task / tasks)..<(planes * (task + 1) / tasks) {
        pool(
          pointers.inputs[0] + plane * input[2] * input[3],
          pointers.output + plane * shape[2] * shape[3], strip: strips[worker].start)
      }
    }
  }

  private func pool(
    _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, strip: UnsafeMutablePointer<Float>
  ) {
    let (height, width) = (layer.inputShapes[0][2], layer.inputShapes[0][3])
    let (rows, columns) = (layer.outputShape[2], layer.outputShape[3])
    let inner = strip + pooling.padding.horizontal
    for row in 0..<rows {
      let top = row * pooling.stride.vertical - pooling.padding.vertical
      let first = max(top, 0)
      let end = min(top + pooling.kernel.vertical, height)
      kernels.greater(x + first * width, x + max(first, end - 1) * width, inner, width)
      for line in (first + 1)..<max(end - 1, first + 1) {
        kernels.greater(inner, x + line * width, inner, width)
      }
      kernels.slidingMax(
        strip, y + row * columns, columns, pooling.kernel.horizontal, pooling.stride.horizontal)
    }
  }
}
