import Backends
import Microkernels
import Tensors

/// softmax over the last axis, rows split over the threads: a row after the other, or, where rows are no longer than a
/// vector, a row in each lane.
final class SoftmaxPlan: TiledPlan {
  private let width: Int
  private let isNarrow: Bool

  init(_ context: PlanContext) {
    let shape = context.layer.outputShape
    width = shape[shape.rank - 1]
    let lanes = context.kernels.lanes
    isNarrow = width <= lanes
    // The difference to the maximum (1), the chain of one lane and the tree over the lanes, the quotient (1), or the
    // reciprocal and the product (2).
    let sum = isNarrow ? width : (width + lanes - 1) / lanes + lanes.trailingZeroBitCount
    super.init(
      context,
      ErrorModel(height: sum + (isNarrow ? 2 : 3), exponentialError: ErrorModel.vectorExponentialError))
  }

  override func compute(_ pointers: SharedPointers) {
    let rows = layer.outputShape.count / width
    context.forEachRange(of: rows, least: 2048 / width) { range in
      let start = range.lowerBound * width
      guard !isNarrow else {
        return kernels.softmaxNarrow(
          pointers.inputs[0] + start, pointers.output + start, range.count, width)
      }
      for row in range {
        kernels.softmax(pointers.inputs[0] + row * width, pointers.output + row * width, width)
      }
    }
  }
}

/// objectness_map: the maximum over the anchors' object logits, then its sigmoid.
final class ObjectnessMapPlan: TiledPlan {
  init(_ context: PlanContext) { super.init(context, .sigmoid) }

  override func compute(_ pointers: SharedPointers) {
    let shape = layer.inputShapes[0]
    let (channels, area) = (shape[1], shape[2] * shape[3])
    for image in 0..<shape[0] {
      let source = pointers.inputs[0] + image * channels * area
      let target = pointers.output + image * area
      context.forEachRange(of: area, least: ElementwisePlan.leastPerTask / channels) { range in
        let (x, y) = (source + range.lowerBound, target + range.lowerBound)
        kernels.greater(x + area, x + (channels - 1) * area, y, range.count, false)
        for channel in stride(from: 3, to: channels - 1, by: 2) {
          kernels.greater(y, x + channel * area, y, range.count, false)
        }
        kernels.sigmoid(y, y, range.count)
      }
    }
  }
}
