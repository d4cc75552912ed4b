import Backends
import Catalogue
import Microkernels
import Tensors

/// batch_norm2d: one fused scale and shift per channel.
final class NormPlan: TiledPlan {
  private let affine: ChannelAffine
  private let relu: Bool
  private let streams: Bool

  init(_ context: PlanContext, epsilon: Double, relu: Bool, _ parameters: Parameters<Float>) {
    affine = ChannelAffine(channels: context.layer.outputShape[1], parameters, epsilon: epsilon)
    self.relu = relu
    streams = context.streamsOperands
    super.init(context, ErrorModel(height: affine.roundings))
  }

  override func compute(_ pointers: SharedPointers) {
    let shape = layer.outputShape
    let (channels, area) = (shape[1], shape[2] * shape[3])
    context.forEachRange(of: shape[0] * channels, least: ElementwisePlan.leastPerTask / area) { range in
      for plane in range {
        let channel = plane % channels
        kernels.affine(
          pointers.inputs[0] + plane * area, pointers.output + plane * area, area, affine.scale[channel],
          affine.shift[channel], relu, streams)
      }
    }
  }
}

/// l2_norm: the squares are summed channel by channel over a strip of pixels, then every channel is divided by the
/// root.
final class L2NormPlan: TiledPlan {
  private let epsilon: Float
  private let weight: [Float]
  private let sums: [AlignedBuffer]

  /// Pixels in a strip: its sums stay in the first-level cache.
  private static let strip = 1024

  init(_ context: PlanContext, epsilon: Float, _ parameters: Parameters<Float>) {
    self.epsilon = epsilon
    weight = parameters.weight?.values ?? []
    sums = (0..<context.pool.size).map { _ in AlignedBuffer(scratch: Self.strip) }
    // The squares of C channels in one chain (C roundings), root, sum with epsilon, quotient, product.
    super.init(context, ErrorModel(height: context.layer.outputShape[1] + 4))
  }

  override func compute(_ pointers: SharedPointers) {
    let shape = layer.outputShape
    let (channels, area) = (shape[1], shape[2] * shape[3])
    let strips = (area + Self.strip - 1) / Self.strip
    context.pool.run(tasks: shape[0] * strips) { task, worker in
      let (image, strip) = task.quotientAndRemainder(dividingBy: strips)
      let first = strip * Self.strip
      let count = min(Self.strip, area - first)
      let start = image * channels * area + first
      let sums = sums[worker].start
      sums.update(repeating: 0, count: count)
      for channel in 0..<channels {
        kernels.addSquares(pointers.inputs[0] + start + channel * area, sums, count)
      }
      kernels.norms(sums, sums, count, epsilon)
      for channel in 0..<channels {
        let place = start + channel * area
        kernels.divide(pointers.inputs[0] + place, sums, pointers.output + place, count, weight[channel])
      }
    }
  }
}
