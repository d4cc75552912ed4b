import Catalogue
import Tensors

extension Reference {
  /// Max pooling, [N,C,H,W] → [N,C,Ho,Wo]: y[n,c,i,j] = max_{p,q} x[n,c, i·s − pad + p, j·s − pad + q], where
  /// the padding counts as −∞. N·C·Ho·Wo·kh·kw comparisons, no rounding.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  static func maxPool2d<Scalar: ReferenceScalar>(
    _ pooling: Pooling, _ input: Tensor<Scalar>, output: Shape, threads: Int
  ) -> Tensor<Scalar> {
    let x = input.values
    let (height, width) = (input.shape[2], input.shape[3])
    let (kernel, stride, padding) = (pooling.kernel, pooling.stride, pooling.padding)
    let values = inSlices(of: output[0] * output[1], threads: threads) { planes in
      var slice: [Scalar] = []
      slice.reserveCapacity(planes.count * output[2] * output[3])
      for plane in planes {
        for row in 0..<output[2] {
          let top = row * stride.vertical - padding.vertical
          let down = taps(onMapOf: height, from: top, dilation: 1, count: kernel.vertical)
          for column in 0..<output[3] {
            let left = column * stride.horizontal - padding.horizontal
            let across = taps(onMapOf: width, from: left, dilation: 1, count: kernel.horizontal)
            var best = -Scalar.infinity
            for p in down {
              for q in across { best = maximum(best, x[(plane * height + top + p) * width + left + q]) }
            }
            slice.append(best)
          }
        }
      }
      return slice
    }
    return Tensor(output, values: values)
  }
}
