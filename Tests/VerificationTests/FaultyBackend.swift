import Backends
import Catalogue
import Tensors

/// A backend with one layer's output falsified by `fault`, and nothing else.
struct FaultyBackend: Backend {
  let base: any Backend
  let layer: String
  let fault: @Sendable (inout Tensor<Float>) -> Void

  var name: String { base.name }
  func offers(_ kind: LayerKind) -> Bool { base.offers(kind) }
  func algorithms(for layer: Layer) -> [String] { base.algorithms(for: layer) }

  func plan(
    _ layer: Layer, parameters: Parameters<Float>, algorithm: String?
  ) throws(BackendError) -> any Plan {
    let plan = try base.plan(layer, parameters: parameters, algorithm: algorithm)
    return layer.name == self.layer ? FaultyPlan(base: plan, fault: fault) : plan
  }
}

private final class FaultyPlan: Plan {
  private let base: any Plan
  private let fault: @Sendable (inout Tensor<Float>) -> Void

  init(base: any Plan, fault: @escaping @Sendable (inout Tensor<Float>) -> Void) {
    self.base = base
    self.fault = fault
  }

  var layer: Layer { base.layer }
  var algorithm: String { base.algorithm }
  var errorModel: ErrorModel { base.errorModel }

  func run(_ inputs: [Tensor<Float>], into output: inout Tensor<Float>) {
    base.run(inputs, into: &output)
    fault(&output)
  }
}
