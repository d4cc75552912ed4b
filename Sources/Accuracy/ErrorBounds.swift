import Backends
import Catalogue
import Tensors

/// How far each known element of an output may be from the truth, given what the plan promises of its arithmetic.
package struct ErrorBounds: Sendable {
  /// No arithmetic that keeps the plan's promise can be further off. One per known element of the truth.
  package let guaranteed: [Double]
  /// What is exceeded with negligible probability if roundings are random (see ``RoundingFactor/lambda``). Never
  /// more than ``guaranteed``.
  package let probabilistic: [Double]

  package init(guaranteed: [Double], probabilistic: [Double]) {
    self.guaranteed = guaranteed
    self.probabilistic = probabilistic
  }

  /// A bound of zero: results must equal the truth.
  package static func exact(count: Int) -> ErrorBounds {
    let zeros = [Double](repeating: 0, count: count)
    return ErrorBounds(guaranteed: zeros, probabilistic: zeros)
  }

  /// The bounds of `layer`'s output for these very inputs.
  ///
  /// Each kind's derivation stands with its function. Kinds that move or choose values round nothing and get zero.
  /// A maximum and a ReLU are continuous and never move two numbers further apart: ties within a pooling window and
  /// values that cross zero are no jumps, and an error before them is at most as large after them. `nms` does jump;
  /// its rows are copies and get zero, and rows that differ are weighed by the margins of the decisions behind them,
  /// see ``Verdict/weighingFlips(of:inputs:output:exact:)``.
  ///
  /// - Complexity: O(known elements) where the truth carries magnitudes, else O(known elements × products in one).
  package static func evaluate(
    layer: Layer, model: ErrorModel, inputs: [Tensor<Float>], parameters: Parameters<Float>, truth: Truth
  ) -> ErrorBounds {
    let analysis = Analysis(layer: layer, model: model, inputs: inputs, parameters: parameters, truth: truth)
    switch layer.operation {
    case .conv2d, .deformConv2d: return analysis.linear()
    case .maxPool2d, .relu, .concat, .boxOffsets, .headPermute, .nms: return exact(count: truth.values.count)
    case .batchNorm2d(let epsilon, let relu): return analysis.batchNorm(epsilon: epsilon, relu: relu)
    case .sigmoid: return analysis.sigmoid()
    case .multiply(let relu): return analysis.multiply(relu: relu)
    case .add(let relu): return analysis.add(relu: relu)
    case .l2Norm(let epsilon): return analysis.l2Norm(epsilon: epsilon)
    case .objectnessMap: return analysis.objectnessMap()
    case .objectnessModulate: return analysis.objectnessModulate()
    case .softmax: return analysis.softmax()
    case .priorBox(let prior): return analysis.priorBox(prior)
    case .decodeBoxes(let centre, let size): return analysis.decodeBoxes(centre: centre, size: size)
    case .resizeBilinear(let size): return analysis.resizeBilinear(size: size)
    }
  }
}

/// What the derivations start from.
struct Analysis {
  let layer: Layer
  let model: ErrorModel
  let inputs: [Tensor<Float>]
  let parameters: Parameters<Float>
  let truth: Truth

  /// Bounds for kinds without long sums, where the probabilistic bound would be no tighter than the guaranteed one.
  func bounds(_ errorOfElement: (Int) -> Double) -> ErrorBounds {
    let errors = truth.values.indices.map { errorOfElement(truth.flatIndex($0)) }
    return ErrorBounds(guaranteed: errors, probabilistic: errors)
  }

  /// Bounds for kinds with a long sum of the given height: `errors` receives the factor of the sum's roundings and
  /// gives back the function from elements to errors.
  func bounds(sumHeight: Int, _ errors: (_ sumFactor: Double) -> (Int) -> Double) -> ErrorBounds {
    let factors = (RoundingFactor.guaranteed(sumHeight), RoundingFactor.probabilistic(sumHeight))
    let guaranteed = bounds(errors(factors.0))
    guard factors.1 < factors.0 else { return guaranteed }
    return ErrorBounds(guaranteed: guaranteed.guaranteed, probabilistic: bounds(errors(factors.1)).guaranteed)
  }

  /// The value of one element of an input.
  func input(_ index: Int, _ flat: Int) -> Double { Double(inputs[index].values[flat]) }
}
