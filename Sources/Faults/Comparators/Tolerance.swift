import Catalogue
import Tensors

/// A judge as others have it: a tolerance that somebody picked, the same for every layer.
///
/// Each is applied as its source applies it, to an output and the truth rounded to float32: the best reference that it
/// could have.
package struct Tolerance: Sendable {
  /// Unique in the list.
  package let id: String
  /// Where it is used, and what it demands.
  package let sentence: String
  /// Whether an output passes, from its elements and those expected.
  package let accepts: @Sendable (_ got: [Double], _ expected: [Double]) -> Bool

  private init(
    _ id: String, _ sentence: String, _ accepts: @escaping @Sendable ([Double], [Double]) -> Bool
  ) {
    self.id = id
    self.sentence = sentence
    self.accepts = accepts
  }

  /// Whether an output passes, held against its truth's known elements.
  func passes(_ output: Tensor<Float>, truth: Truth) -> Bool {
    guard output.shape == truth.shape else { return false }
    return accepts(
      truth.values.indices.map { Double(output.values[truth.flatIndex($0)]) },
      truth.values.map { Double(Float($0)) })
  }

  /// Every element within `absolute` + `relative`·|expected|; infinities must be equal, and NaN never is.
  private static func elementwise(
    _ id: String, _ sentence: String, relative: Double, absolute: Double
  ) -> Tolerance {
    Tolerance(id, sentence) { got, expected in
      zip(got, expected).allSatisfy { got, expected in
        got == expected || abs(got - expected) <= absolute + relative * abs(expected)
      }
    }
  }

  /// What the derived bounds are called beside these, and what they demand.
  package static let derived = "derived-bounds"
  package static let derivedSentence =
    "|error| within the bound that follows from the arithmetic, element by element; equality where nothing rounds."

  package static let all: [Tolerance] = [
    elementwise(
      "torch-assert-close",
      "PyTorch's torch.testing.assert_close for float32: |error| ≤ 1e-5 + 1.3e-6·|expected|, every element.",
      relative: 1.3e-6, absolute: 1e-5),
    elementwise(
      "onnx-backend-test",
      "ONNX's backend test runner, numpy.testing.assert_allclose: |error| ≤ 1e-7 + 1e-3·|expected|, every element.",
      relative: 1e-3, absolute: 1e-7),
    // tests/benchdnn/conv/conv.cpp, setup_cmp: "norm validation mode" with threshold 2e-5; utils/norm.hpp, rel_diff.
    Tolerance(
      "benchdnn-winograd",
      "oneDNN's benchdnn for float32 Winograd convolutions: ‖error‖₂ ≤ 2e-5·‖expected‖₂ over the whole output."
    ) { got, expected in
      let error = zip(got, expected).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
      let size = expected.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return error <= 2e-5 * size
    },
  ]
}
