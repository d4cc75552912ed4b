import Catalogue
import Foundation
import ReferenceBackend
import Tensors

extension Fault {
  /// Norms over channels, softmax and objectness.
  static let scores: [Fault] = [
    l2("l2-epsilon-inside", "Epsilon is added under the root.") {
      $0.divisor = { ($0.reduce(0) { $0 + $1 * $1 } + $1).squareRoot() }
    },
    l2("l2-epsilon-left-out", "Epsilon is left out.") {
      $0.divisor = { values, _ in values.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    },
    l2("l2-epsilon-as-floor", "Epsilon is a floor instead of a term.") {
      $0.divisor = { max($0.reduce(0) { $0 + $1 * $1 }.squareRoot(), $1) }
    },
    l2("l2-root-left-out", "The sum of squares divides without its root.") {
      $0.divisor = { $0.reduce(0) { $0 + $1 * $1 } + $1 }
    },
    l2("l2-absolutes", "The sum of absolute values divides.") {
      $0.divisor = { $0.reduce(0) { $0 + abs($1) } + $1 }
    },
    l2("l2-mean", "The mean of the squares is taken for their sum.") {
      $0.divisor = { values, epsilon in
        (values.reduce(0) { $0 + $1 * $1 } / Float(values.count)).squareRoot() + epsilon
      }
    },
    l2("l2-last-channel-dropped", "The last channel is left out of the norm.") {
      $0.divisor = { $0.dropLast().reduce(0) { $0 + $1 * $1 }.squareRoot() + $1 }
    },
    l2("l2-sum-in-half", "The sum of squares is kept in half precision.") {
      $0.divisor = { $0.reduce(0) { ($0 + $1 * $1).asHalf }.squareRoot() + $1 }
    },
    l2("l2-over-positions", "The norm is taken over a channel's positions.") { $0.isOverPositions = true },
    l2("l2-weight-left-out", "The scale is left out.") { $0.scale = { _, _ in 1 } },
    l2("l2-weight-neighbour", "Each channel takes the next one's scale.") {
      $0.scale = { $0[($1 + 1) % $0.count] }
    },
    softmax("softmax-unshifted", "The maximum is not subtracted.") { $0.shift = { _ in 0 } },
    softmax("softmax-shift-of-first", "The first logit is subtracted for the maximum.") {
      $0.shift = { $0[0] }
    },
    softmax("softmax-shift-by-minimum", "The minimum is subtracted for the maximum.") {
      $0.shift = { $0.min() ?? 0 }
    },
    softmax("softmax-unnormalised", "Powers are not divided by their sum.") { $0.divisor = { _ in 1 } },
    softmax("softmax-last-dropped", "The last class is left out of the sum.") {
      $0.divisor = { $0.dropLast().reduce(0, +) }
    },
    softmax("softmax-background-dropped", "The background is left out of the sum.") {
      $0.divisor = { $0.dropFirst().reduce(0, +) }
    },
    softmax("softmax-sum-unzeroed", "The sum starts at 1.") { $0.divisor = { $0.reduce(1, +) } },
    softmax("softmax-by-maximum", "The greatest power divides for the sum.") {
      $0.divisor = { $0.max() ?? 1 }
    },
    softmax("softmax-base-two", "Powers are those of 2.") { $0.power = { exp2($0) } },
    softmax("softmax-power-in-half", "Powers are kept in half precision.") { $0.power = { exp($0).asHalf } },
    softmax("softmax-sum-in-bfloat16", "The sum is kept in bfloat16.") {
      $0.divisor = { $0.reduce(0) { ($0 + $1).asBFloat16 } }
    },
    Fault(
      "softmax-wrong-axis", [.softmax], "The softmax is taken over the boxes instead of the classes.",
      .formula { probe in
        let input = probe.inputs[0].withLastAxesSwapped
        guard let layer = try? Layer(name: probe.name, operation: .softmax, inputShapes: [input.shape]) else {
          return nil
        }
        return Reference.evaluate(layer, inputs: [input], parameters: Parameters()).withLastAxesSwapped
      }),
    objectness("objectness-minimum", "The minimum is taken for the maximum.") {
      $0.choose = { $0.min() ?? 0 }
    },
    objectness("objectness-mean", "The mean is taken for the maximum.") {
      $0.choose = { $0.reduce(0, +) / Float($0.count) }
    },
    objectness("objectness-of-background", "The background's logits are taken: channels 0::2.") {
      $0.logits = { Array(stride(from: 0, to: $0, by: 2)) }
    },
    objectness("objectness-of-all", "Every channel's maximum is taken.") { $0.logits = { Array(0..<$0) } },
    objectness("objectness-of-second-half", "The last A channels are taken.") {
      $0.logits = { Array(($0 / 2)..<$0) }
    },
    objectness("objectness-first-anchor", "The first anchor alone is taken.") { $0.logits = { _ in [1] } },
    objectness("objectness-last-anchor-dropped", "The last anchor is left out.") {
      $0.logits = { Array(stride(from: 1, to: $0 - 2, by: 2)) }
    },
    objectness("objectness-logit", "The logit is returned without its sigmoid.") { $0.squash = { $0 } },
    objectness("objectness-negated", "The sign of the logit is lost.") { $0.squash = { 1 / (1 + exp($0)) } },
  ]

  private static func l2(
    _ id: String, _ sentence: String, _ edit: @escaping @Sendable (inout L2NormFormula) -> Void
  ) -> Fault {
    Fault(id, [.l2Norm], sentence, .edited(L2NormFormula.self, edit))
  }

  private static func softmax(
    _ id: String, _ sentence: String, _ edit: @escaping @Sendable (inout SoftmaxFormula) -> Void
  ) -> Fault {
    Fault(id, [.softmax], sentence, .edited(SoftmaxFormula.self, edit))
  }

  private static func objectness(
    _ id: String, _ sentence: String, _ edit: @escaping @Sendable (inout ObjectnessFormula) -> Void
  ) -> Fault {
    Fault(id, [.objectnessMap], sentence, .edited(ObjectnessFormula.self, edit))
  }
}

extension Tensor<Float> {
  /// The tensor with its last two axes swapped.
  fileprivate var withLastAxesSwapped: Tensor<Float> {
    let (rows, columns) = (shape[shape.rank - 2], shape[shape.rank - 1])
    let swapped = Shape(trusted: shape.dimensions.dropLast(2) + [columns, rows])
    return Tensor(
      swapped,
      values: values.indices.map { flat in
        let (matrix, place) = flat.quotientAndRemainder(dividingBy: rows * columns)
        return values[matrix * rows * columns + place % rows * columns + place / rows]
      })
  }
}
