import Catalogue
import Foundation
import Tensors

extension Analysis {
  /// 1/(1 + e^−x), or for negative x also e^x/(1 + e^x).
  ///
  /// Either way the power carries the exponential's relative error ε, the sum and the quotient one rounding each,
  /// and d log σ / d log e^∓x is at most 1, so that the relative error is at most (1 + ε)(1 + u)²/(1 − u) − 1, here
  /// taken as ε + γ_3·(1 + ε). Where e^−x overflows (x < −88.7) the first form gives 0 for a truth below 2⁻¹²⁷, which
  /// the underflow term covers.
  func sigmoid() -> ErrorBounds { bounds { flat in sigmoidError(input(0, flat)) } }

  /// The maximum over channels 1::2 is exact; its sigmoid is not.
  func objectnessMap() -> ErrorBounds {
    let shape = inputs[0].shape
    let area = shape[2] * shape[3]
    return bounds { flat in
      let (image, pixel) = flat.quotientAndRemainder(dividingBy: area)
      let logits = stride(from: 1, to: shape[1], by: 2).map { channel in
        input(0, (image * shape[1] + channel) * area + pixel)
      }
      return sigmoidError(logits.max() ?? 0)
    }
  }

  private func sigmoidError(_ x: Double) -> Double {
    let power = exp(-abs(x))
    let value = (x >= 0 ? 1 : power) / (1 + power)
    let exponential = model.exponentialError * Float32Arithmetic.unitRoundoff
    return (exponential + RoundingFactor.guaranteed(3) * (1 + exponential)) * value
      + Float32Arithmetic.leastNormal
  }

  /// e^(x − max) / Σ e^(x − max) over the last axis. The difference is rounded, the exponential has its own error,
  /// the sum is bounded by γ_h with the plan's height h in any order; then the form with the most roundings,
  /// e·(1/Σ). Without the subtraction of the maximum there is one rounding less.
  func softmax() -> ErrorBounds {
    let length = layer.outputShape.dimensions.last ?? 1
    let rows = Set(truth.values.indices.map { truth.flatIndex($0) / length })
    let powers = Dictionary(uniqueKeysWithValues: rows.map { ($0, self.powers(ofRow: $0, length: length)) })
    return bounds(sumHeight: model.height) { factor in
      let reciprocals = powers.mapValues { Bounded(1.0) / .sum($0, factor: factor) }
      return { flat in
        guard let row = powers[flat / length], let reciprocal = reciprocals[flat / length] else {
          return .infinity
        }
        return (row[flat % length] * reciprocal).error
      }
    }
  }

  private func powers(ofRow row: Int, length: Int) -> [Bounded] {
    let logits = (0..<length).map { input(0, row * length + $0) }
    let maximum = Bounded(logits.max() ?? 0)
    return logits.map { (Bounded($0) - maximum).exponential(relativeError: model.exponentialError) }
  }
}
