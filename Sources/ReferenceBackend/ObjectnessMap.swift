import Tensors

extension Reference {
  /// How much of an object each cell holds, [N,2A,H,W] → [N,1,H,W]: the logistic function of the greatest
  /// object logit over the anchors, which are channels 1, 3, 5 … . Nie et al., ICCV 2019, as published.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  static func objectnessMap<Scalar: ReferenceScalar>(
    _ input: Tensor<Scalar>, output: Shape, threads: Int
  ) -> Tensor<Scalar> {
    let x = input.values
    let (channels, plane) = (input.shape[1], input.shape[2] * input.shape[3])
    let values = inSlices(of: output.count, threads: threads) {
      $0.map { position -> Scalar in
        let (image, cell) = position.quotientAndRemainder(dividingBy: plane)
        var best = -Scalar.infinity
        for channel in stride(from: 1, to: channels, by: 2) {
          best = maximum(best, x[(image * channels + channel) * plane + cell])
        }
        return logistic(best)
      }
    }
    return Tensor(output, values: values)
  }
}
