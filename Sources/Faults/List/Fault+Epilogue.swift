import Catalogue

extension Fault {
  /// Bias and ReLU.
  static let epilogue: [Fault] = [
    bias("bias-dropped", "The bias is left out.") { $1.rectified($1.normalized($0)) },
    bias("bias-neighbour", "Each channel takes the next one's bias.") { sum, finish in
      let bias = finish.parameters.bias?[finish.neighbour] ?? 0
      return finish.rectified(finish.normalized(sum + bias))
    },
    bias("bias-of-first", "Every channel takes the first one's bias.") { sum, finish in
      finish.rectified(finish.normalized(sum + (finish.parameters.bias?[0] ?? 0)))
    },
    bias("bias-twice", "The bias is added twice.") {
      $1.rectified($1.normalized($1.biased($1.biased($0))))
    },
    bias("bias-subtracted", "The bias is subtracted.") {
      $1.rectified($1.normalized($0 - ($1.bias ?? 0)))
    },
    bias("bias-after-norm", "The bias is added after the norm.") {
      $1.rectified($1.biased($1.normalized($0)))
    },
    bias("bias-after-relu", "The bias is added after ReLU.") {
      $1.biased($1.rectified($1.normalized($0)))
    },
    bias("relu-before-bias", "ReLU comes before the bias.") {
      $1.normalized($1.biased($1.rectified($0)))
    },
    norm("relu-missing", "ReLU is left out.") { $1.normalized($1.biased($0)) },
    norm("relu-before-norm", "ReLU comes before the norm.") {
      $1.normalized($1.rectified($1.biased($0)))
    },
    norm("relu-on-the-wrong-layer", "ReLU is applied where the layer has none.") {
      $1.rectifiedAlways($1.standard($0))
    },
    norm("relu-leaky", "ReLU lets a hundredth of what is negative through.") { sum, finish in
      let value = finish.normalized(finish.biased(sum))
      return finish.relu && value < 0 ? 0.01 * value : value
    },
    norm("relu-absolute", "ReLU takes the absolute value.") { sum, finish in
      let value = finish.normalized(finish.biased(sum))
      return finish.relu ? abs(value) : value
    },
    norm("relu-capped", "ReLU stops at 1.") { min($1.standard($0), $1.relu ? 1 : .infinity) },
    Fault(
      "relu-twice", LayerKind.normed, "ReLU is applied twice.", .finish { $1.rectified($1.standard($0)) },
      equivalentBecause: "max(max(x, 0), 0) = max(x, 0): ReLU is idempotent"),
  ]

  /// Batch norms.
  static let norms: [Fault] = [
    norm("norm-epsilon-large", "The norm's epsilon is 1e-3.") { sum, finish in
      finish.finished(sum) { normalized($0, $1, finish, epsilon: 1e-3) }
    },
    norm("norm-epsilon-small", "The norm's epsilon is 1e-6.") { sum, finish in
      finish.finished(sum) { normalized($0, $1, finish, epsilon: 1e-6) }
    },
    norm("norm-epsilon-left-out", "The norm's epsilon is left out.") { sum, finish in
      finish.finished(sum) { normalized($0, $1, finish, epsilon: 0) }
    },
    norm("norm-epsilon-outside", "Epsilon is added to the root.") { sum, finish in
      finish.finished(sum) {
        finish.affine(
          $0, $1.runningMean[finish.channel],
          $1.runningVariance[finish.channel].squareRoot() + finish.epsilon,
          $1.weight[finish.channel], $1.bias[finish.channel])
      }
    },
    norm("norm-variance-for-deviation", "The variance divides instead of its root.") { sum, finish in
      finish.finished(sum) {
        finish.affine(
          $0, $1.runningMean[finish.channel], $1.runningVariance[finish.channel] + finish.epsilon,
          $1.weight[finish.channel], $1.bias[finish.channel])
      }
    },
    norm("norm-mean-and-bias-swapped", "Mean and bias are swapped.") { sum, finish in
      finish.finished(sum) {
        finish.affine(
          $0, $1.bias[finish.channel], ($1.runningVariance[finish.channel] + finish.epsilon).squareRoot(),
          $1.weight[finish.channel], $1.runningMean[finish.channel])
      }
    },
    norm("norm-weight-and-variance-swapped", "Weight and variance are swapped.") { sum, finish in
      finish.finished(sum) {
        finish.affine(
          $0, $1.runningMean[finish.channel], ($1.weight[finish.channel] + finish.epsilon).squareRoot(),
          $1.runningVariance[finish.channel], $1.bias[finish.channel])
      }
    },
    norm("norm-mean-left-out", "The mean is not subtracted.") { sum, finish in
      finish.finished(sum) { finish.normalized($0 + $1.runningMean[finish.channel]) }
    },
    norm("norm-mean-added", "The mean is added.") { sum, finish in
      finish.finished(sum) { finish.normalized($0 + 2 * $1.runningMean[finish.channel]) }
    },
    norm("norm-bias-left-out", "The norm's bias is left out.") { sum, finish in
      finish.finished(sum) { finish.normalized($0) - $1.bias[finish.channel] }
    },
    norm("norm-weight-left-out", "The norm's weight is left out.") { sum, finish in
      finish.finished(sum) {
        finish.affine(
          $0, $1.runningMean[finish.channel],
          ($1.runningVariance[finish.channel] + finish.epsilon).squareRoot(), 1, $1.bias[finish.channel])
      }
    },
    norm("norm-neighbour", "Each channel takes the next one's statistics.") { sum, finish in
      finish.finished(sum) {
        finish.affine(
          $0, $1.runningMean[finish.neighbour],
          ($1.runningVariance[finish.neighbour] + finish.epsilon).squareRoot(), $1.weight[finish.channel],
          $1.bias[finish.channel])
      }
    },
    norm("norm-left-out", "The norm is left out.") { $1.rectified($1.biased($0)) },
    norm("norm-twice", "The norm is applied twice.") {
      $1.rectified($1.normalized($1.normalized($1.biased($0))))
    },
    norm("norm-fold-forgets-scale", "The folded bias is bias − mean, without the scale.") { sum, finish in
      finish.finished(sum) {
        let deviation = ($1.runningVariance[finish.channel] + finish.epsilon).squareRoot()
        return $0 * ($1.weight[finish.channel] / deviation)
          + ($1.bias[finish.channel] - $1.runningMean[finish.channel])
      }
    },
    norm("norm-scale-in-half", "The folded scale is kept in half precision.") { sum, finish in
      finish.finished(sum) {
        let deviation = ($1.runningVariance[finish.channel] + finish.epsilon).squareRoot()
        let scale = ($1.weight[finish.channel] / deviation).asHalf
        return ($0 - $1.runningMean[finish.channel]) * scale + $1.bias[finish.channel]
      }
    },
  ]

  private static func normalized(
    _ value: Float, _ norm: Parameters<Float>.Norm, _ finish: Finish, epsilon: Float
  ) -> Float {
    finish.affine(
      value, norm.runningMean[finish.channel], (norm.runningVariance[finish.channel] + epsilon).squareRoot(),
      norm.weight[finish.channel], norm.bias[finish.channel])
  }

  private static func bias(
    _ id: String, _ sentence: String, _ finish: @escaping @Sendable (Float, Finish) -> Float
  ) -> Fault {
    Fault(id, LayerKind.sums, sentence, .finish(finish))
  }

  private static func norm(
    _ id: String, _ sentence: String, _ finish: @escaping @Sendable (Float, Finish) -> Float
  ) -> Fault {
    Fault(id, LayerKind.normed, sentence, .finish(finish))
  }
}
