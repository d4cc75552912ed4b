import Catalogue
import Tensors

/// An implementation of layer kinds. A backend plans a layer once (choosing an algorithm, packing weights) and the
/// plan then runs any number of times.
package protocol Backend: Sendable {
  /// The name in the record and on the command line.
  var name: String { get }

  /// Whether layers of `kind` are offered at all. What is not offered has no row anywhere.
  func offers(_ kind: LayerKind) -> Bool

  /// The algorithms that `plan` can be asked for; at least one for a kind that is offered. The first is the one with
  /// the tightest error bound: exact where float32 can be, and the sharpest test of a golden case.
  func algorithms(for layer: Layer) -> [String]

  /// Plans `layer` with its parameters.
  ///
  /// - Parameter algorithm: one of ``algorithms(for:)``; nil leaves the choice to the backend.
  /// - Throws: ``BackendError`` when the kind is not implemented or the algorithm is not one of the layer's.
  func plan(
    _ layer: Layer, parameters: Parameters<Float>, algorithm: String?
  ) throws(BackendError) -> any Plan

  /// Plans a whole network, each layer by the algorithm that ``plan(_:parameters:algorithm:)`` chooses by itself.
  ///
  /// - Parameter parameters: gives a layer's parameters; called once per layer.
  /// - Returns: nil where the backend runs networks layer by layer only.
  func planNetwork(
    _ network: Network, parameters: (Layer) throws -> Parameters<Float>
  ) throws -> (any NetworkPlan)?
}

extension Backend {
  package func planNetwork(
    _ network: Network, parameters: (Layer) throws -> Parameters<Float>
  ) throws -> (any NetworkPlan)? { nil }
}

extension Backend {
  package func plan(_ layer: Layer, parameters: Parameters<Float>) throws(BackendError) -> any Plan {
    try plan(layer, parameters: parameters, algorithm: nil)
  }
}

/// A layer made ready to run. Plans own their scratch memory, so one plan runs one call at a time.
package protocol Plan: AnyObject {
  var layer: Layer { get }
  /// The name of the algorithm that runs, as the record shows it.
  var algorithm: String { get }
  /// What the plan's arithmetic may do to a result; the error bound follows from it.
  var errorModel: ErrorModel { get }

  /// Runs the layer.
  ///
  /// - Parameters:
  ///   - inputs: one tensor per input of the layer, of the declared shapes.
  ///   - output: overwritten. Its shape must be the layer's output shape; a layer with a dynamic output replaces
  ///     it by a tensor of the rows it found.
  func run(_ inputs: [Tensor<Float>], into output: inout Tensor<Float>)
}

/// Why a layer can't be planned.
package enum BackendError: Error, CustomStringConvertible, Sendable {
  case unimplemented(backend: String, layer: String, kind: LayerKind)
  case unknownAlgorithm(backend: String, layer: String, algorithm: String, known: [String])
  case parametersDiffer(backend: String, layer: String)

  package var description: String {
    switch self {
    case .unimplemented(let backend, let layer, let kind):
      "The \(backend) backend has no implementation of layer \(layer) (\(kind.rawValue))."
    case .unknownAlgorithm(let backend, let layer, let algorithm, let known):
      "The \(backend) backend has no algorithm \"\(algorithm)\" for layer \(layer); it has \(known.joined(separator: ", "))."
    case .parametersDiffer(let backend, let layer):
      "The \(backend) backend was given parameters that do not fit layer \(layer)."
    }
  }
}
