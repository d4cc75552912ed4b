import Accuracy
import Backends
import Catalogue
import Tensors

/// What a correct implementation gave, held against its derived bound and against picked tolerances.
package struct RightOutput: Sendable {
  package let name: String
  package let kind: LayerKind
  package let backend: String
  package let algorithm: String
  /// By the derived bound.
  package let verdict: Verdict
  /// The tolerances that fail it.
  package let alarms: Set<String>
  /// The same output with one element moved past its bound, at a few places: how often, and how often the derived
  /// bound and each tolerance passed it.
  package let displaced: Int
  package let displacedPassed: [String: Int]

  /// An element is moved by so many bounds.
  package static let displacement = 10.0

  /// Runs a layer by every algorithm that a backend has for it, with each plan's own bounds. Where results must be exact
  /// only the tightest runs, for others may round.
  ///
  /// - Returns: nothing for a kind that the backend does not offer.
  /// - Throws: ``BackendError`` where the backend can't plan the layer.
  package static func all(
    _ name: String, _ specimen: Specimen, truth: Truth, isExact: Bool, on backend: any Backend
  ) throws(BackendError) -> [RightOutput] {
    guard backend.offers(specimen.layer.kind) else { return [] }
    let algorithms = backend.algorithms(for: specimen.layer)
    var outputs: [RightOutput] = []
    for algorithm in isExact ? Array(algorithms.prefix(1)) : algorithms {
      let plan = try backend.plan(specimen.layer, parameters: specimen.parameters, algorithm: algorithm)
      outputs.append(RightOutput(name, specimen, truth: truth, isExact: isExact, backend.name, plan))
    }
    return outputs
  }

  private init(
    _ name: String, _ specimen: Specimen, truth: Truth, isExact: Bool, _ backend: String, _ plan: any Plan
  ) {
    let layer = specimen.layer
    // What a plan leaves unwritten must not look like a result.
    var output = Tensor<Float>(layer.outputShape, repeating: .nan)
    plan.run(specimen.inputs, into: &output)
    let bounds =
      isExact
      ? ErrorBounds.exact(count: truth.values.count)
      : ErrorBounds.evaluate(
        layer: layer, model: plan.errorModel, inputs: specimen.inputs, parameters: specimen.parameters,
        truth: truth)
    func judged(_ output: Tensor<Float>) -> Verdict {
      Comparison.judge(layer: layer, output: output, truth: truth, bounds: bounds, exact: isExact)
        .weighingFlips(of: layer, inputs: specimen.inputs, output: output, exact: isExact)
    }
    var passed: [String: Int] = [:]
    let wrong = Self.displaced(output, truth, bounds)
    for wrong in wrong {
      if judged(wrong).status != .failed { passed[Tolerance.derived, default: 0] += 1 }
      for tolerance in Tolerance.all where tolerance.passes(wrong, truth: truth) {
        passed[tolerance.id, default: 0] += 1
      }
    }
    self.name = name
    kind = layer.kind
    self.backend = backend
    algorithm = plan.algorithm
    verdict = judged(output)
    alarms = Set(Tolerance.all.filter { !$0.passes(output, truth: truth) }.map(\.id))
    displaced = wrong.count
    displacedPassed = passed
  }

  /// The output with the first, the middle or the last of those known elements moved that have a bound.
  private static func displaced(
    _ output: Tensor<Float>, _ truth: Truth, _ bounds: ErrorBounds
  ) -> [Tensor<Float>] {
    guard output.shape == truth.shape else { return [] }
    let bounded = truth.values.indices.filter {
      bounds.guaranteed[$0] > 0 && bounds.guaranteed[$0].isFinite
    }
    guard let first = bounded.first, let last = bounded.last else { return [] }
    return [first, bounded[bounded.count / 2], last].map { place in
      var output = output
      output.values[truth.flatIndex(place)] = Float(
        truth.values[place] + displacement * bounds.guaranteed[place])
      return output
    }
  }
}
