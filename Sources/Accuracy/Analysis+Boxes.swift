import Catalogue
import Tensors

extension Analysis {
  /// Centres (j + ½)·stride/W and sizes s·√r/W, s/√r/H in the forms with the most roundings: attributes are rounded
  /// to float32, a division is a product with a rounded reciprocal. A direct division, s/W taken first, or
  /// float64 throughout with one rounding at the end stay within.
  func priorBox(_ prior: PriorBox) -> ErrorBounds {
    let roots = [Bounded(1.0)] + prior.aspectRatios.map { Bounded.rounded(constant: $0).squareRoot() }
    let size = Bounded.rounded(constant: prior.minSize)
    let perWidth = Bounded(1.0) / Bounded(Double(prior.imageSize.horizontal))
    let perHeight = Bounded(1.0) / Bounded(Double(prior.imageSize.vertical))
    return bounds { flat in
      let (box, coordinate) = flat.quotientAndRemainder(dividingBy: 4)
      let (cell, shape) = box.quotientAndRemainder(dividingBy: roots.count)
      let (row, column) = cell.quotientAndRemainder(dividingBy: prior.featureMap.horizontal)
      let result =
        switch coordinate {
        case 0: Bounded(Double(column) + 0.5) * Bounded(Double(prior.stride.horizontal)) * perWidth
        case 1: Bounded(Double(row) + 0.5) * Bounded(Double(prior.stride.vertical)) * perHeight
        case 2: size * roots[shape] * perWidth
        default: size * (Bounded(1.0) / roots[shape]) * perHeight
        }
      return result.clipped(prior.clip).error
    }
  }

  /// Two decoding steps in centre form, then corners; variances are rounded to float32. The upper corner is bounded
  /// as (c − size/2) + size, which some implementations compute; c + size/2 has fewer roundings of smaller numbers.
  func decodeBoxes(centre centreVariance: Double, size sizeVariance: Double) -> ErrorBounds {
    let priors = inputs[2].values.count
    let variances = (Bounded.rounded(constant: centreVariance), Bounded.rounded(constant: sizeVariance))
    return bounds { flat in
      let (box, coordinate) = flat.quotientAndRemainder(dividingBy: 4)
      let axis = coordinate % 2
      var centre = Bounded(input(2, (4 * box + axis) % priors))
      var size = Bounded(input(2, (4 * box + axis + 2) % priors))
      for location in 0..<2 {
        centre = centre + Bounded(input(location, 4 * box + axis)) * variances.0 * size
        let exponent = Bounded(input(location, 4 * box + axis + 2)) * variances.1
        size = size * exponent.exponential(relativeError: model.exponentialError)
      }
      let lower = centre - size.half
      return coordinate < 2 ? lower.error : max((lower + size).error, (centre + size.half).error)
    }
  }
}
