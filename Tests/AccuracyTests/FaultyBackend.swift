import Backends
import Catalogue
import ReferenceBackend
import Tensors

/// The reference with a fault put into its results.
struct FaultyBackend: Backend {
  let name = "faulty"
  /// Spoils the output of a layer that it takes for its victim.
  let fault: @Sendable (Layer, inout Tensor<Float>) -> Void

  func offers(_ kind: LayerKind) -> Bool { true }

  func algorithms(for layer: Layer) -> [String] { [name] }

  func plan(
    _ layer: Layer, parameters: Parameters<Float>, algorithm: String?
  ) throws(BackendError) -> any Plan {
    FaultyPlan(right: try ReferenceBackend(threads: 1).plan(layer, parameters: parameters), fault: fault)
  }
}

private final class FaultyPlan: Plan {
  let algorithm = "faulty"
  private let right: any Plan
  private let fault: (Layer, inout Tensor<Float>) -> Void

  init(right: any Plan, fault: @escaping (Layer, inout Tensor<Float>) -> Void) {
    self.right = right
    self.fault = fault
  }

  var layer: Layer { right.layer }
  var errorModel: ErrorModel { right.errorModel }

  func run(_ inputs: [Tensor<Float>], into output: inout Tensor<Float>) {
    right.run(inputs, into: &output)
    fault(layer, &output)
  }
}
