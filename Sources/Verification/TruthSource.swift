import Accuracy
import Backends
import Catalogue
import OpenBLASBackend
import ReferenceBackend
import Tensors

/// Where the truth about any data comes from: the float64 oracle for sums of products, the naive loops in Double for
/// every other kind, and for all where OpenBLAS can't be trusted.
package struct TruthSource: Sendable {
  package let oracle: Oracle?
  package let threads: Int

  package init(oracle: Oracle?, threads: Int) {
    self.oracle = oracle
    self.threads = max(1, threads)
  }

  /// Every element of the output in float64, with magnitudes where the oracle gives them.
  package func truth(
    of layer: Layer, inputs: [Tensor<Float>], parameters: Parameters<Float>
  ) throws(OracleError) -> Truth {
    guard layer.kind.isLinear, let oracle else { return reference(layer, inputs, parameters) }
    return try oracle.evaluate(layer, inputs: inputs, parameters: parameters).truth
  }

  /// The same without magnitudes, at half the oracle's cost.
  package func values(
    of layer: Layer, inputs: [Tensor<Float>], parameters: Parameters<Float>
  ) throws(OracleError) -> Truth {
    guard layer.kind.isLinear, let oracle else { return reference(layer, inputs, parameters) }
    return Truth(
      shape: layer.outputShape, values: try oracle.values(layer, inputs: inputs, parameters: parameters))
  }

  /// Every element by the naive loops.
  func reference(_ layer: Layer, _ inputs: [Tensor<Float>], _ parameters: Parameters<Float>) -> Truth {
    let output = Reference.evaluate(
      layer, inputs: inputs.map { $0.map(Double.init) }, parameters: parameters.map(Double.init),
      threads: threads)
    return Truth(shape: output.shape, values: output.values)
  }
}

/// One layer's output held against the truth for the very inputs that it got.
package struct LocalCheck: Sendable {
  package let truth: Truth
  package let bounds: ErrorBounds
  package let verdict: Verdict
}

extension TruthSource {
  /// Judges `output` by the bounds that follow from the plan's error model and these inputs.
  ///
  /// - Parameter indices: which elements of a linear layer are judged, at one window sum each; nil means all, by the
  ///   oracle. Layers of other kinds are always judged whole.
  package func check(
    _ output: Tensor<Float>, of layer: Layer, model: ErrorModel, inputs: [Tensor<Float>],
    parameters: Parameters<Float>, indices: [Int]? = nil
  ) throws(OracleError) -> LocalCheck {
    let truth: Truth
    if let indices,
      let sample = DirectSample.evaluate(
        layer: layer, inputs: inputs, parameters: parameters, indices: indices,
        coordinates: model.coordinates)
    {
      truth = sample.truth(shape: layer.outputShape, indices: indices)
    } else {
      truth = try self.truth(of: layer, inputs: inputs, parameters: parameters)
    }
    let bounds = ErrorBounds.evaluate(
      layer: layer, model: model, inputs: inputs, parameters: parameters, truth: truth)
    return LocalCheck(
      truth: truth, bounds: bounds,
      verdict: Comparison.judge(layer: layer, output: output, truth: truth, bounds: bounds, exact: false)
        .weighingFlips(of: layer, inputs: inputs, output: output, exact: false))
  }
}
