import Backends
import Catalogue
import Tensors

/// The naive loops as a backend: every kind, in float32, by one algorithm.
package struct ReferenceBackend: Backend {
  /// The one algorithm there is.
  package static let algorithm = "naive"

  package let name = "reference"
  private let threads: Int

  /// - Parameter threads: how many workers share the outermost loop of a layer; at least 1.
  package init(threads: Int) { self.threads = max(1, threads) }

  package func offers(_ kind: LayerKind) -> Bool { true }

  package func algorithms(for layer: Layer) -> [String] { [Self.algorithm] }

  package func plan(
    _ layer: Layer, parameters: Parameters<Float>, algorithm: String?
  ) throws(BackendError) -> any Plan {
    guard algorithm == nil || algorithm == Self.algorithm else {
      throw .unknownAlgorithm(
        backend: name, layer: layer.name, algorithm: algorithm ?? "", known: [Self.algorithm])
    }
    guard parameters.shapes == layer.parameterShapes else {
      throw .parametersDiffer(backend: name, layer: layer.name)
    }
    return NaivePlan(layer: layer, parameters: parameters, threads: threads)
  }
}

/// A layer, its parameters and nothing else: there is nothing to prepare.
private final class NaivePlan: Plan {
  let layer: Layer
  let algorithm = ReferenceBackend.algorithm
  let errorModel: ErrorModel
  private let parameters: Parameters<Float>
  private let threads: Int

  init(layer: Layer, parameters: Parameters<Float>, threads: Int) {
    self.layer = layer
    self.parameters = parameters
    self.threads = threads
    errorModel = Reference.errorModel(of: layer)
  }

  func run(_ inputs: [Tensor<Float>], into output: inout Tensor<Float>) {
    output = Reference.evaluate(layer, inputs: inputs, parameters: parameters, threads: threads)
  }
}
