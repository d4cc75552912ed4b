import Catalogue
import Foundation

extension Fault {
  /// One element in, one element out.
  static let elementwise: [Fault] = [
    unary("rectifier-missing", .relu, "The input is copied.") { $0 },
    unary("rectifier-negated", .relu, "What is positive becomes 0.") { min($0, 0) },
    unary("rectifier-leaky", .relu, "A hundredth of what is negative is let through.") {
      $0 < 0 ? 0.01 * $0 : $0
    },
    unary("rectifier-absolute", .relu, "The absolute value is taken.") { abs($0) },
    unary("rectifier-capped", .relu, "Values stop at 6.") { min(max($0, 0), 6) },
    unary("rectifier-threshold", .relu, "What is below 1 becomes 0.") { $0 < 1 ? 0 : $0 },
    unary("sigmoid-negated", .sigmoid, "The sign of the argument is lost.") { 1 / (1 + exp($0)) },
    unary("sigmoid-as-tanh", .sigmoid, "The hyperbolic tangent is taken.") { tanh($0) },
    unary("sigmoid-hard", .sigmoid, "A line clipped to [0, 1] is taken.") { min(max($0 / 6 + 0.5, 0), 1) },
    unary("sigmoid-base-two", .sigmoid, "The power is one of 2.") { 1 / (1 + exp2(-$0)) },
    unary("sigmoid-clipped", .sigmoid, "Arguments are clipped to ±8.") {
      1 / (1 + exp(-min(max($0, -8), 8)))
    },
    unary("sigmoid-low-precision", .sigmoid, "The power is kept in half precision.") {
      1 / (1 + exp(-$0).asHalf)
    },
    unary("sigmoid-fast-power", .sigmoid, "The power is (1 + x/256)²⁵⁶.") {
      1 / (1 + pow(1 - $0 / 256, 256))
    },
    binary("multiply-relu-missing", .multiply, "ReLU is left out.") { a, b, _ in a * b },
    binary("multiply-relu-of-operand", .multiply, "ReLU is applied to the first operand.") { a, b, relu in
      relu ? max(a, 0) * b : a * b
    },
    binary("multiply-adds", .multiply, "The inputs are added.") { rectified($0 + $1, $2) },
    binary("multiply-squares", .multiply, "The first input is multiplied by itself.") { a, _, relu in
      rectified(a * a, relu)
    },
    binary("multiply-in-bfloat16", .multiply, "The second input is rounded to bfloat16.") {
      rectified($0 * $1.asBFloat16, $2)
    },
    binary(
      "multiply-swapped", .multiply, "The inputs are swapped.",
      equivalentBecause: "a rounded product is commutative (IEEE 754, clause 5.4)"
    ) { rectified($1 * $0, $2) },
    binary("add-relu-missing", .add, "ReLU is left out.") { a, b, _ in a + b },
    binary("add-relu-of-operand", .add, "ReLU is applied to the first input.") { a, b, relu in
      relu ? max(a, 0) + b : a + b
    },
    binary("add-subtracts", .add, "The second input is subtracted.") { rectified($0 - $1, $2) },
    binary("add-second-dropped", .add, "The second input is left out.") { a, _, relu in rectified(a, relu) },
    binary("add-in-half", .add, "The second input is rounded to half precision.") {
      rectified($0 + $1.asHalf, $2)
    },
    binary(
      "add-swapped", .add, "The inputs are swapped.",
      equivalentBecause: "a rounded sum is commutative (IEEE 754, clause 5.4)"
    ) { rectified($1 + $0, $2) },
  ]

  private static func rectified(_ value: Float, _ applies: Bool) -> Float {
    applies && value < 0 ? 0 : value
  }

  private static func unary(
    _ id: String, _ kind: LayerKind, _ sentence: String, _ function: @escaping @Sendable (Float) -> Float
  ) -> Fault {
    Fault(id, [kind], sentence, .elements { function($0.inputs[0].values[$1]) })
  }

  /// A function of two operands and of whether ReLU follows.
  private static func binary(
    _ id: String, _ kind: LayerKind, _ sentence: String, equivalentBecause proof: String? = nil,
    _ function: @escaping @Sendable (Float, Float, Bool) -> Float
  ) -> Fault {
    Fault(
      id, [kind], sentence,
      .elements { probe, flat in
        function(probe.inputs[0].values[flat], probe.inputs[1].values[flat], probe.layer.operation.rectifies)
      }, equivalentBecause: proof)
  }
}

extension Catalogue.Operation {
  /// Whether an elementwise operation is followed by ReLU.
  fileprivate var rectifies: Bool {
    switch self {
    case .multiply(let relu), .add(let relu): relu
    case .conv2d, .deformConv2d, .maxPool2d, .batchNorm2d, .relu, .sigmoid, .concat, .l2Norm, .boxOffsets,
      .objectnessMap, .objectnessModulate, .headPermute, .softmax, .priorBox, .decodeBoxes, .nms,
      .resizeBilinear:
      false
    }
  }
}
