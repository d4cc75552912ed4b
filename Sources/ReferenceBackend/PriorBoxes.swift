import Catalogue
import Tensors

extension Reference {
  /// The prior boxes of one level, [H·W·(1 + ratios),4] as (cx, cy, w, h) relative to the picture (Liu et
  /// al., *SSD*, ECCV 2016, §2.2, with the sizes of EFGRNet). For cell (i, j), row-major:
  ///
  /// cx = (j + ½)·stride/W, cy = (i + ½)·stride/H;
  /// (w, h) = (s/W, s/H), then (s·√r/W, s/√r/H) for each ratio r.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  static func priorBox<Scalar: ReferenceScalar>(
    _ prior: PriorBox, as _: Scalar.Type, output: Shape
  ) -> Tensor<Scalar> {
    let (imageHeight, imageWidth) = (Scalar(prior.imageSize.vertical), Scalar(prior.imageSize.horizontal))
    let size = Scalar(prior.minSize)
    let roots = [1] + prior.aspectRatios.map { Scalar.sqrt(Scalar($0)) }
    var values: [Scalar] = []
    values.reserveCapacity(output.count)
    for row in 0..<prior.featureMap.vertical {
      for column in 0..<prior.featureMap.horizontal {
        let centreX = (Scalar(column) + 0.5) * Scalar(prior.stride.horizontal) / imageWidth
        let centreY = (Scalar(row) + 0.5) * Scalar(prior.stride.vertical) / imageHeight
        for root in roots {
          values += [centreX, centreY, size * root / imageWidth, size / root / imageHeight]
        }
      }
    }
    if prior.clip { values = values.map { min(max($0, 0), 1) } }
    return Tensor(output, values: values)
  }
}
