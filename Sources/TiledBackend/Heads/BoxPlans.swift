import Backends
import Catalogue
import Microkernels
import Tensors

/// prior_box: worked out in Double and rounded once.
final class PriorBoxPlan: TiledPlan {
  private let prior: PriorBox

  init(_ context: PlanContext, _ prior: PriorBox) {
    self.prior = prior
    super.init(context, .oneRounding)
  }

  override func compute(_ pointers: SharedPointers) {
    let (height, width) = (Double(prior.imageSize.vertical), Double(prior.imageSize.horizontal))
    let sides =
      [(prior.minSize, prior.minSize)]
      + prior.aspectRatios.map { ratio in
        (prior.minSize * ratio.squareRoot(), prior.minSize / ratio.squareRoot())
      }
    var box = pointers.output
    for row in 0..<prior.featureMap.vertical {
      let y = (Double(row) + 0.5) * Double(prior.stride.vertical) / height
      for column in 0..<prior.featureMap.horizontal {
        let x = (Double(column) + 0.5) * Double(prior.stride.horizontal) / width
        for side in sides {
          box[0] = clipped(x)
          box[1] = clipped(y)
          box[2] = clipped(side.0 / width)
          box[3] = clipped(side.1 / height)
          box += 4
        }
      }
    }
  }

  private func clipped(_ value: Double) -> Float {
    Float(prior.clip ? min(max(value, 0), 1) : value)
  }
}

/// decode_boxes: as many boxes at once as a vector has lanes.
final class DecodePlan: TiledPlan {
  private let centreVariance: Float
  private let sizeVariance: Float

  init(_ context: PlanContext, centreVariance: Float, sizeVariance: Float) {
    self.centreVariance = centreVariance
    self.sizeVariance = sizeVariance
    // Twice delta·variance·size + centre (3) and size·exp (2), half of the size (exact) and the corner (1).
    super.init(context, ErrorModel(height: 11, exponentialError: ErrorModel.vectorExponentialError))
  }

  override func compute(_ pointers: SharedPointers) {
    let (batch, count) = (layer.outputShape[0], layer.outputShape[1])
    for image in 0..<batch {
      context.forEachRange(of: count, least: 1024) { range in
        let start = (image * count + range.lowerBound) * 4
        kernels.decode(
          pointers.inputs[0] + start, pointers.inputs[1] + start,
          pointers.inputs[2] + range.lowerBound * 4, pointers.output + start, range.count,
          centreVariance, sizeVariance)
      }
    }
  }
}
