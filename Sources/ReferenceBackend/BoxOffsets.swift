import Tensors

extension Reference {
  /// The centre offsets of box regressions, [N,4A,H,W] → [N,2A,H,W]: dx of every anchor (channels 0, 4, 8 …),
  /// then dy of every anchor (channels 1, 5, 9 …). Nie et al., ICCV 2019. Copies alone.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  static func boxOffsets<Scalar: ReferenceScalar>(
    _ input: Tensor<Scalar>, output: Shape, threads: Int
  ) -> Tensor<Scalar> {
    let x = input.values
    let (channels, anchors, plane) = (input.shape[1], input.shape[1] / 4, input.shape[2] * input.shape[3])
    let values = inSlices(of: output[0] * output[1], threads: threads) {
      $0.flatMap { outputPlane in
        let (image, channel) = outputPlane.quotientAndRemainder(dividingBy: 2 * anchors)
        let (coordinate, anchor) = channel.quotientAndRemainder(dividingBy: anchors)
        let first = (image * channels + 4 * anchor + coordinate) * plane
        return x[first..<first + plane]
      }
    }
    return Tensor(output, values: values)
  }
}
