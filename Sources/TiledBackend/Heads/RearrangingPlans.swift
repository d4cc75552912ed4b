import Backends
import Tensors

/// concat: each input's run of channels copied into its place.
final class ConcatPlan: TiledPlan {
  init(_ context: PlanContext) { super.init(context, .exact) }

  override func compute(_ pointers: SharedPointers) {
    let batch = layer.outputShape[0]
    let total = layer.outputShape.count / batch
    var start = 0
    for (shape, source) in zip(layer.inputShapes, pointers.inputs) {
      let count = shape.count / batch
      for image in 0..<batch {
        let (from, to) = (source + image * count, pointers.output + image * total + start)
        context.forEachRange(of: count, least: 4 * ElementwisePlan.leastPerTask) { range in
          kernels.copy(from + range.lowerBound, to + range.lowerBound, range.count)
        }
      }
      start += count
    }
  }
}

/// box_offsets: of every anchor's four channels the first (all anchors), then the second.
final class BoxOffsetsPlan: TiledPlan {
  init(_ context: PlanContext) { super.init(context, .exact) }

  override func compute(_ pointers: SharedPointers) {
    let shape = layer.outputShape
    let (channels, area) = (shape[1], shape[2] * shape[3])
    let anchors = channels / 2
    for plane in 0..<(shape[0] * channels) {
      let (image, channel) = plane.quotientAndRemainder(dividingBy: channels)
      let source = (image * 4 * anchors) + 4 * (channel % anchors) + channel / anchors
      kernels.copy(pointers.inputs[0] + source * area, pointers.output + plane * area, area)
    }
  }
}

/// head_permute: [N, A·k, H·W] becomes [N, H·W, A·k], which is [N, H·W·A, k]: a transposition, strip by strip so
/// that both sides stay in the cache.
final class HeadPermutePlan: TiledPlan {
  private static let strip = 64

  init(_ context: PlanContext) { super.init(context, .exact) }

  override func compute(_ pointers: SharedPointers) {
    let shape = layer.inputShapes[0]
    let (channels, area) = (shape[1], shape[2] * shape[3])
    let strips = (area + Self.strip - 1) / Self.strip
    context.forEachRange(of: shape[0] * strips, least: 128 / channels + 1) { range in
      for item in range {
        let (image, strip) = item.quotientAndRemainder(dividingBy: strips)
        let places = (strip * Self.strip)..<min((strip + 1) * Self.strip, area)
        let source = pointers.inputs[0] + image * channels * area
        let target = pointers.output + image * channels * area
        kernels.transpose(
          source + places.lowerBound, area, target + places.lowerBound * channels, channels, channels,
          places.count, false)
      }
    }
  }
}
