import Tensors

extension Reference {
  /// Normalisation across channels with a learnt scale, [N,C,H,W] → [N,C,H,W] (Liu et al., *ParseNet*, arXiv
  /// 1506.04579; ε as in SSD's implementation):
  ///
  /// y[n,c,h,w] = x[n,c,h,w] / (√(Σ_k x[n,k,h,w]²) + ε) · weight[c]
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  static func l2Norm<Scalar: ReferenceScalar>(
    _ input: Tensor<Scalar>, weight: Tensor<Scalar>, epsilon: Double, threads: Int
  ) -> Tensor<Scalar> {
    let (x, w) = (input.values, weight.values)
    let (channels, plane) = (input.shape[1], input.shape[2] * input.shape[3])
    let epsilon = Scalar(epsilon)
    let norms = inSlices(of: input.shape[0] * plane, threads: threads) {
      $0.map { position -> Scalar in
        let (image, cell) = position.quotientAndRemainder(dividingBy: plane)
        var sum: Scalar = 0
        for channel in 0..<channels {
          let value = x[(image * channels + channel) * plane + cell]
          sum += value * value
        }
        return .sqrt(sum) + epsilon
      }
    }
    let values = inSlices(of: x.count, threads: threads) {
      $0.map { index -> Scalar in
        let (image, channel) = (index / plane).quotientAndRemainder(dividingBy: channels)
        return x[index] / norms[image * plane + index % plane] * w[channel]
      }
    }
    return Tensor(input.shape, values: values)
  }
}
