import Catalogue
import Tensors

/// (x − mean)/√(var + ε)·weight + bias with the statistics of one channel.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
func normalized<Scalar: ReferenceScalar>(
  _ value: Scalar, _ norm: Parameters<Scalar>.Norm, channel: Int, epsilon: Scalar
) -> Scalar {
  let deviation = Scalar.sqrt(norm.runningVariance[channel] + epsilon)
  return (value - norm.runningMean[channel]) / deviation * norm.weight[channel] + norm.bias[channel]
}

extension Reference {
  /// Batch normalisation with fixed statistics, [N,C,H,W] → [N,C,H,W] (Ioffe & Szegedy, ICML 2015, algorithm
  /// 2):
  ///
  /// y[n,c,h,w] = relu?((x[n,c,h,w] − mean[c])/√(var[c] + ε)·weight[c] + bias[c])
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  static func batchNorm2d<Scalar: ReferenceScalar>(
    _ input: Tensor<Scalar>, _ norm: Parameters<Scalar>.Norm, epsilon: Double, relu: Bool, threads: Int
  ) -> Tensor<Scalar> {
    let (channels, plane) = (input.shape[1], input.shape[2] * input.shape[3])
    let x = input.values
    let epsilon = Scalar(epsilon)
    let values = inSlices(of: input.shape[0] * channels, threads: threads) { planes in
      (planes.lowerBound * plane..<planes.upperBound * plane).map { index in
        let y = normalized(x[index], norm, channel: index / plane % channels, epsilon: epsilon)
        return relu ? rectified(y) : y
      }
    }
    return Tensor(input.shape, values: values)
  }
}
