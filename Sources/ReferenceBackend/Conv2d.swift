import Catalogue
import Tensors

extension Reference {
  /// Convolution (cross-correlation) with zero padding, [N,C,H,W] ∗ [O,C/G,kh,kw] → [N,O,Ho,Wo]:
  ///
  /// y[n,o,i,j] = epilogue(Σ_c Σ_p Σ_q w[o,c,p,q] · x[n, g·C/G + c, i·s − pad + p·d, j·s − pad + q·d])
  ///
  /// with stride s, dilation d, G groups and g the group of o; what lies in the padding is left out of the
  /// sum (Dumoulin & Visin, *A guide to convolution arithmetic for deep learning*, arXiv 1603.07285). The
  /// products are added one after the other. N·O·Ho·Wo·C/G·kh·kw multiply–accumulates.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  static func conv2d<Scalar: ReferenceScalar>(
    _ convolution: Convolution, _ input: Tensor<Scalar>, weight: Tensor<Scalar>,
    epilogue: Epilogue<Scalar>, output: Shape, threads: Int
  ) -> Tensor<Scalar> {
    let (x, w) = (input.values, weight.values)
    let (channels, height, width) = (input.shape[1], input.shape[2], input.shape[3])
    let (groupChannels, kernelHeight, kernelWidth) = (weight.shape[1], weight.shape[2], weight.shape[3])
    let (outputChannels, rows, columns) = (output[1], output[2], output[3])
    let (stride, padding, dilation) = (convolution.stride, convolution.padding, convolution.dilation)
    let outputsPerGroup = outputChannels / convolution.groups
    let values = inSlices(of: output[0] * outputChannels, threads: threads) { planes in
      var slice: [Scalar] = []
      slice.reserveCapacity(planes.count * rows * columns)
      for plane in planes {
        let (image, channel) = plane.quotientAndRemainder(dividingBy: outputChannels)
        let firstInput = image * channels + channel / outputsPerGroup * groupChannels
        for row in 0..<rows {
          let top = row * stride.vertical - padding.vertical
          let down = taps(onMapOf: height, from: top, dilation: dilation.vertical, count: kernelHeight)
          for column in 0..<columns {
            let left = column * stride.horizontal - padding.horizontal
            let across = taps(onMapOf: width, from: left, dilation: dilation.horizontal, count: kernelWidth)
            var sum: Scalar = 0
            for c in 0..<groupChannels {
              for p in down {
                let inputRow = ((firstInput + c) * height + top + p * dilation.vertical) * width + left
                let weightRow = ((channel * groupChannels + c) * kernelHeight + p) * kernelWidth
                for q in across { sum += w[weightRow + q] * x[inputRow + q * dilation.horizontal] }
              }
            }
            slice.append(epilogue(sum, channel: channel))
          }
        }
      }
      return slice
    }
    return Tensor(output, values: values)
  }
}
