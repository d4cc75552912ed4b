import Tensors

extension Reference {
  /// Boxes from priors in two steps: the priors, refined by the objectness module's regressions, refined by
  /// the detection heads' (Zhang et al., *RefineDet*, CVPR 2018, §3). Regressions [N,P,4] twice and priors
  /// [P,4] as (cx, cy, w, h) → corners [N,P,4] as (x1, y1, x2, y2). A step with variances v_c and v_s is
  ///
  /// centre ← centre + loc_xy·v_c·size, size ← size·e^(loc_wh·v_s)   (Liu et al., *SSD*, ECCV 2016)
  ///
  /// and the corners are centre ∓ size/2.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  static func decodeBoxes<Scalar: ReferenceScalar>(
    _ refinement: Tensor<Scalar>, _ detection: Tensor<Scalar>, priors: Tensor<Scalar>,
    centreVariance: Double, sizeVariance: Double, threads: Int
  ) -> Tensor<Scalar> {
    let (centreVariance, sizeVariance) = (Scalar(centreVariance), Scalar(sizeVariance))
    let steps = [refinement.values, detection.values]
    let prior = priors.values
    let count = priors.shape[0]
    let values = inSlices(of: refinement.shape[0] * count, threads: threads) { boxes in
      var slice: [Scalar] = []
      slice.reserveCapacity(4 * boxes.count)
      for box in boxes {
        let first = 4 * (box % count)
        var (centreX, centreY) = (prior[first], prior[first + 1])
        var (width, height) = (prior[first + 2], prior[first + 3])
        for loc in steps {
          centreX += loc[4 * box] * centreVariance * width
          centreY += loc[4 * box + 1] * centreVariance * height
          width *= .exp(loc[4 * box + 2] * sizeVariance)
          height *= .exp(loc[4 * box + 3] * sizeVariance)
        }
        slice += [centreX - width / 2, centreY - height / 2, centreX + width / 2, centreY + height / 2]
      }
      return slice
    }
    return Tensor(refinement.shape, values: values)
  }
}
