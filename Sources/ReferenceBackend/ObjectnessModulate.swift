import Tensors

extension Reference {
  /// Features strengthened where objects are, [N,C,H,W] and a map [N,1,H,W] → [N,C,H,W]:
  ///
  /// y[n,c,h,w] = x[n,c,h,w]·o[n,0,h,w] + x[n,c,h,w]   (Nie et al., ICCV 2019)
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  static func objectnessModulate<Scalar: ReferenceScalar>(
    _ input: Tensor<Scalar>, map: Tensor<Scalar>, threads: Int
  ) -> Tensor<Scalar> {
    let (x, o) = (input.values, map.values)
    let (channels, plane) = (input.shape[1], input.shape[2] * input.shape[3])
    let values = inSlices(of: x.count, threads: threads) {
      $0.map { index -> Scalar in
        let image = index / (channels * plane)
        return x[index] * o[image * plane + index % plane] + x[index]
      }
    }
    return Tensor(input.shape, values: values)
  }
}
