import Catalogue
import Tensors

extension Analysis {
  /// One rounding.
  func multiply(relu: Bool) -> ErrorBounds {
    bounds { flat in (Bounded(input(0, flat)) * Bounded(input(1, flat))).rectified(relu).error }
  }

  /// One rounding.
  func add(relu: Bool) -> ErrorBounds {
    bounds { flat in (Bounded(input(0, flat)) + Bounded(input(1, flat))).rectified(relu).error }
  }

  /// x·o + x, fused or not, or x·(o + 1). Each passes two roundings; the terms rounded are at most |x·o| + |x| in
  /// every form, so γ_2·(|x·o| + |x|) bounds them all. One underflow each.
  func objectnessModulate() -> ErrorBounds {
    let shape = layer.outputShape
    let area = shape[2] * shape[3]
    return bounds { flat in
      let x = input(0, flat)
      let objectness = input(1, flat / (shape[1] * area) * area + flat % area)
      let terms = abs(x * objectness) + abs(x)
      return terms == 0 ? 0 : RoundingFactor.guaranteed(2) * terms + 2 * underflow(terms)
    }
  }

  /// What a result made of terms of this size can lose to underflow.
  private func underflow(_ terms: Double) -> Double { min(terms, Float32Arithmetic.leastNormal) }

  /// Two usual forms: (x − mean)·s + bias, and x·s + (bias − mean·s) with the norm folded, s = weight/√(var + eps).
  ///
  /// s passes four roundings in the longest form, weight·(1/√(var + eps)), and eps itself is one more; they are
  /// followed by ``Bounded``. Beyond s, the folded mean passes three (product, difference, sum) and no term of
  /// either form more. The terms are |x·s|, |mean·s| and |bias|, or smaller ones where x − mean is taken first. So
  /// the error is at most (|x| + |mean|)·e_s + γ_3·((|x| + |mean|)·(|s| + e_s) + |bias|), plus three underflows.
  func batchNorm(epsilon: Double, relu: Bool) -> ErrorBounds {
    guard let norm = parameters.norm else { return ErrorBounds.exact(count: truth.values.count) }
    let scales = zip(norm.weight, norm.runningVariance).map { weight, variance in
      Bounded(weight) * (Bounded(1.0) / (Bounded(variance) + .rounded(constant: epsilon)).squareRoot())
    }
    let shape = layer.outputShape
    let area = shape[2] * shape[3]
    return bounds { flat in
      let channel = flat / area % shape[1]
      let (scale, mean) = (scales[channel], Double(norm.runningMean[channel]))
      let bias = Double(norm.bias[channel])
      let x = input(0, flat)
      let reach = abs(x) + abs(mean)
      let error =
        reach * scale.error + RoundingFactor.guaranteed(3) * (reach * scale.reach + abs(bias))
        + 3 * Float32Arithmetic.leastNormal
      return Bounded((x - mean) * scale.value + bias, error: error).rectified(relu).error
    }
  }

  /// x / (√Σ_c x² + eps) · weight[c]. The plan's height h counts the roundings of the result, and √ halves those of
  /// its argument, so the sum of squares has a tree of at most 2h and is bounded by γ_2h, in any order. Then follows
  /// the form with the most roundings, x·(1/(√Σ + eps))·weight; dividing directly, or folding weight and divisor,
  /// leaves one of its roundings out.
  func l2Norm(epsilon: Double) -> ErrorBounds {
    guard let weight = parameters.weight else { return ErrorBounds.exact(count: truth.values.count) }
    let shape = layer.outputShape
    let (channels, area) = (shape[1], shape[2] * shape[3])
    let firstOfPixel = { (flat: Int) in flat / (channels * area) * channels * area + flat % area }
    let pixels = Set(truth.values.indices.map { firstOfPixel(truth.flatIndex($0)) })
    return bounds(sumHeight: 2 * model.height) { factor in
      var reciprocals: [Int: Bounded] = [:]
      for first in pixels {
        let squares = (0..<channels).map { channel in
          let x = Bounded(input(0, first + channel * area))
          return x * x
        }
        let divisor = Bounded.sum(squares, factor: factor).squareRoot() + .rounded(constant: epsilon)
        reciprocals[first] = Bounded(1.0) / divisor
      }
      return { flat in
        let x = input(0, flat)
        guard x != 0, let reciprocal = reciprocals[firstOfPixel(flat)] else { return 0 }
        return (Bounded(x) * reciprocal * Bounded(weight.values[flat / area % channels])).error
      }
    }
  }
}
