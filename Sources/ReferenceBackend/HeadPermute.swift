import Tensors

extension Reference {
  /// A head's map as a list of predictions, [N,A·k,H,W] → [N,H·W·A,k] (Liu et al., *SSD*, ECCV 2016):
  ///
  /// y[n,(h·W + w)·A + a,v] = x[n,a·k + v,h,w]. Copies alone.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  static func headPermute<Scalar: ReferenceScalar>(
    _ input: Tensor<Scalar>, output: Shape, threads: Int
  ) -> Tensor<Scalar> {
    let x = input.values
    let (channels, plane) = (input.shape[1], input.shape[2] * input.shape[3])
    let values = inSlices(of: input.shape[0] * plane, threads: threads) { positions in
      var slice: [Scalar] = []
      slice.reserveCapacity(positions.count * channels)
      for position in positions {
        let (image, cell) = position.quotientAndRemainder(dividingBy: plane)
        for channel in 0..<channels { slice.append(x[(image * channels + channel) * plane + cell]) }
      }
      return slice
    }
    return Tensor(output, values: values)
  }
}
