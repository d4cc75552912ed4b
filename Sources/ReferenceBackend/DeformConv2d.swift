import Catalogue
import Tensors

extension Reference {
  /// Deformable convolution, version 1, one offset group (Dai et al., *Deformable Convolutional Networks*,
  /// ICCV 2017, equations 2 and 3), [N,C,H,W] with offsets [N,2·kh·kw,Ho,Wo] ∗ [O,C,kh,kw] → [N,O,Ho,Wo]:
  ///
  /// y[n,o,i,j] = epilogue(Σ_c Σ_p Σ_q w[o,c,p,q] · x[n,c](i·s − pad + p·d + Δy, j·s − pad + q·d + Δx))
  ///
  /// where x[n,c](·,·) is sampled bilinearly and (Δy, Δx) are the offset channels 2t and 2t + 1 at (n, i, j),
  /// t = p·kw + q.
  ///
  /// A sample does not depend on o, so all samples are taken first. The products are added one after the
  /// other: N·O·Ho·Wo·C·kh·kw multiply–accumulates after N·Ho·Wo·C·kh·kw bilinear samples.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  static func deformConv2d<Scalar: ReferenceScalar>(
    _ convolution: Convolution, _ input: Tensor<Scalar>, offset: Tensor<Scalar>, weight: Tensor<Scalar>,
    epilogue: Epilogue<Scalar>, output: Shape, threads: Int
  ) -> Tensor<Scalar> {
    let kernel = Pair(weight.shape[2], weight.shape[3])
    let samples = deformedSamples(convolution, input, offset: offset, kernel: kernel, threads: threads)
    let w = weight.values
    let products = weight.shape[1] * weight.shape[2] * weight.shape[3]
    let (outputChannels, positions) = (output[1], output[2] * output[3])
    let values = inSlices(of: output[0] * outputChannels, threads: threads) { planes in
      var slice: [Scalar] = []
      slice.reserveCapacity(planes.count * positions)
      for plane in planes {
        let (image, channel) = plane.quotientAndRemainder(dividingBy: outputChannels)
        for position in image * positions..<(image + 1) * positions {
          var sum: Scalar = 0
          for index in 0..<products {
            sum += w[channel * products + index] * samples[position * products + index]
          }
          slice.append(epilogue(sum, channel: channel))
        }
      }
      return slice
    }
    return Tensor(output, values: values)
  }

  /// The sampled values that each output position weighs: [N,Ho,Wo,C,kh,kw], row-major.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private static func deformedSamples<Scalar: ReferenceScalar>(
    _ convolution: Convolution, _ input: Tensor<Scalar>, offset: Tensor<Scalar>, kernel: Pair, threads: Int
  ) -> [Scalar] {
    let (x, offsets) = (input.values, offset.values)
    let (channels, height, width) = (input.shape[1], input.shape[2], input.shape[3])
    let (offsetChannels, rows, columns) = (offset.shape[1], offset.shape[2], offset.shape[3])
    let (stride, padding, dilation) = (convolution.stride, convolution.padding, convolution.dilation)
    return inSlices(of: input.shape[0] * rows, threads: threads) { lines in
      var slice: [Scalar] = []
      slice.reserveCapacity(lines.count * columns * channels * kernel.vertical * kernel.horizontal)
      for line in lines {
        let (image, row) = line.quotientAndRemainder(dividingBy: rows)
        for column in 0..<columns {
          for c in 0..<channels {
            for p in 0..<kernel.vertical {
              for q in 0..<kernel.horizontal {
                let tap = p * kernel.horizontal + q
                let shift = ((image * offsetChannels + 2 * tap) * rows + row) * columns + column
                let y = row * stride.vertical - padding.vertical + p * dilation.vertical
                let z = column * stride.horizontal - padding.horizontal + q * dilation.horizontal
                slice.append(
                  bilinearSample(
                    x, plane: image * channels + c, height: height, width: width,
                    y: Scalar(y) + offsets[shift], x: Scalar(z) + offsets[shift + rows * columns]))
              }
            }
          }
        }
      }
      return slice
    }
  }

  /// The value of one plane of `values` at the fractional position (y, x): the four corners of its cell,
  /// weighted bilinearly. A corner outside the map counts as 0, and so does a position outside
  /// (−1, height)×(−1, width).
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private static func bilinearSample<Scalar: ReferenceScalar>(
    _ values: [Scalar], plane: Int, height: Int, width: Int, y: Scalar, x: Scalar
  ) -> Scalar {
    guard y > -1, y < Scalar(height), x > -1, x < Scalar(width) else { return 0 }
    let (top, left) = (Int(y.rounded(.down)), Int(x.rounded(.down)))
    let (below, right) = (y - Scalar(top), x - Scalar(left))
    func corner(_ row: Int, _ column: Int) -> Scalar {
      guard row >= 0, row < height, column >= 0, column < width else { return 0 }
      return values[(plane * height + row) * width + column]
    }
    return (1 - below) * (1 - right) * corner(top, left) + (1 - below) * right * corner(top, left + 1)
      + below * (1 - right) * corner(top + 1, left) + below * right * corner(top + 1, left + 1)
  }
}
