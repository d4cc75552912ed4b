import Accuracy
import Backends
import Catalogue
import ReferenceBackend
import Tensors

/// A small layer with data and truth on which faults must show.
package struct Probe: Sendable {
  package let name: String
  package let layer: Layer
  package let inputs: [Tensor<Float>]
  package let parameters: Parameters<Float>
  package let truth: Truth
  /// Whether results must equal the truth bit for bit.
  package let isExact: Bool
  /// The algorithm that kernels are to follow; nil for the direct one.
  package let winograd: WinogradTransform?
  /// What that algorithm gives in float32: the reference's loops, or the matrices'.
  package let right: Tensor<Float>
  /// How far its arithmetic may be from the truth.
  package let bounds: ErrorBounds
  /// The truth's random projections; nil where only a sample of it is known.
  private let projections: [Double]?

  /// - Parameters:
  ///   - truth: nil has it computed, by the naive loops in float64.
  ///   - winograd: a transform by which the layer can be computed; nil for the direct algorithm.
  package init(
    name: String, layer: Layer, inputs: [Tensor<Float>], parameters: Parameters<Float>, truth: Truth? = nil,
    isExact: Bool = false, winograd: WinogradTransform? = nil
  ) {
    self.name = name
    self.layer = layer
    self.inputs = inputs
    self.parameters = parameters
    self.isExact = isExact
    let truth = truth ?? Self.truth(of: layer, inputs, parameters)
    self.truth = truth
    let formula = winograd.flatMap { WinogradFormula(layer, inputs, parameters, $0) }
    self.winograd = formula?.transform
    right = formula?.evaluate() ?? Reference.evaluate(layer, inputs: inputs, parameters: parameters)
    bounds =
      isExact
      ? .exact(count: truth.values.count)
      : .evaluate(
        layer: layer, model: formula?.errorModel ?? Reference.errorModel(of: layer), inputs: inputs,
        parameters: parameters, truth: truth)
    projections = truth.indices == nil ? Self.projections(of: truth.values) : nil
  }

  /// What the probe's algorithm gives for another layer of the kind or for other tensors; nil where it computes no
  /// such layer.
  func evaluate(
    _ layer: Layer, inputs: [Tensor<Float>], parameters: Parameters<Float>
  ) -> Tensor<Float>? {
    guard let winograd else { return Reference.evaluate(layer, inputs: inputs, parameters: parameters) }
    return WinogradFormula(layer, inputs, parameters, winograd)?.evaluate()
  }

  private static func truth(
    of layer: Layer, _ inputs: [Tensor<Float>], _ parameters: Parameters<Float>
  ) -> Truth {
    let output = Reference.evaluate(
      layer, inputs: inputs.map { $0.map(Double.init) }, parameters: parameters.map(Double.init))
    let sample = DirectSample.evaluate(layer: layer, inputs: inputs, parameters: parameters, indices: nil)
    return Truth(shape: output.shape, values: output.values, magnitudes: sample?.magnitudes)
  }

  /// The layer with its data, for implementations to be tried on.
  var specimen: Specimen { Specimen(layer: layer, inputs: inputs, parameters: parameters) }

  /// Four projections with the signs of the golden format, one addition after the other.
  private static func projections(of values: [Double]) -> [Double] {
    (0..<UInt64(4)).map { index in
      var sum = 0.0
      Philox(key: 0x5EED, stream: 1000 + index).forEachWord(count: values.count) { position, word in
        sum += word & 1 == 0 ? values[position] : -values[position]
      }
      return sum
    }
  }

  /// Whether nothing but the truth is right: an exact comparison, or a kind that rounds nothing.
  var demandsEquality: Bool { isExact || bounds.guaranteed.allSatisfy { $0 == 0 } }

  /// The verdict of the standard judge on an output, held against the truth or against other values.
  package func judge(_ output: Tensor<Float>, truth values: [Double]? = nil) -> Verdict {
    let held = values.map { Truth(shape: truth.shape, indices: truth.indices, values: $0) } ?? truth
    return Comparison.judge(layer: layer, output: output, truth: held, bounds: bounds, exact: isExact)
  }

  /// Whether the projections over the whole output contradict the truth's.
  package func isContradictedByProjections(_ output: Tensor<Float>) -> Bool {
    guard let projections, output.shape == truth.shape, !projections.isEmpty else { return false }
    let (sum, squares) = bounds.guaranteed.reduce((0.0, 0.0)) { ($0.0 + $1, $0.1 + $1 * $1) }
    return !Projections.check(output: output, truth: projections, boundSum: sum, boundSquares: squares)
      .status.isGood
  }
}
