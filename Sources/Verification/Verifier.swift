import Accuracy
import Backends
import Catalogue
import Measurement
import Tensors

/// Tries implementations on a trial and judges them.
package struct Verifier {
  /// Which of a backend's algorithms for a layer are tried. Where the truth is to be met exactly it is always the
  /// tightest: others may round even on small integers.
  package enum Selection: Sendable, Hashable {
    /// The one with the tightest error bound.
    case tightest
    /// The one that the backend chooses, which is what it runs in a network.
    case chosen
    /// The chosen one first, then every other.
    case all
  }

  private let backends: [any Backend]
  private let truths: TruthSource
  private let selection: Selection

  package init(backends: [any Backend], truths: TruthSource, selection: Selection) {
    self.backends = backends
    self.truths = truths
    self.selection = selection
  }

  /// One implementation's try: its plan, the verdict, and the call that was judged: what it gave and how long it took.
  package struct Outcome {
    package let plan: any Plan
    package let verdict: Verdict
    package let output: Tensor<Float>
    package let nanoseconds: Double
  }

  /// Runs `trial` on every backend that offers its kind, an outcome per algorithm that is tried.
  package func outcomes(of trial: Trial) throws -> [(backend: any Backend, outcome: Outcome)] {
    let sums = try ProjectionCheck(trial, truths)
    return try backends.filter { $0.offers(trial.layer.kind) }.flatMap { backend in
      try plans(of: trial, on: backend).map { (backend, try outcome(of: trial, by: $0, sums)) }
    }
  }

  private func plans(of trial: Trial, on backend: any Backend) throws(BackendError) -> [any Plan] {
    let known = backend.algorithms(for: trial.layer)
    func plan(_ algorithm: String?) throws(BackendError) -> any Plan {
      try backend.plan(trial.layer, parameters: trial.parameters, algorithm: algorithm)
    }
    guard !trial.isExact, selection != .tightest else { return [try plan(known.first)] }
    let chosen = try plan(nil)
    guard selection == .all else { return [chosen] }
    var plans = [chosen]
    for algorithm in known where algorithm != chosen.algorithm { plans.append(try plan(algorithm)) }
    return plans
  }

  private func outcome(of trial: Trial, by plan: any Plan, _ sums: ProjectionCheck) throws -> Outcome {
    // What a plan leaves unwritten must not look like a result.
    var output = Tensor<Float>(trial.layer.outputShape, repeating: .nan)
    let nanoseconds = MonotonicClock.time { plan.run(trial.inputs, into: &output) }.nanoseconds
    let bounds =
      trial.isExact
      ? ErrorBounds.exact(count: trial.truth.values.count)
      : ErrorBounds.evaluate(
        layer: trial.layer, model: plan.errorModel, inputs: trial.inputs, parameters: trial.parameters,
        truth: trial.truth)
    let verdict = Comparison.judge(
      layer: trial.layer, output: output, truth: trial.truth, bounds: bounds, exact: trial.isExact
    ).weighingFlips(of: trial.layer, inputs: trial.inputs, output: output, exact: trial.isExact)
    return Outcome(
      plan: plan, verdict: sums.confirm(verdict, trial, output, plan.errorModel), output: output,
      nanoseconds: Double(nanoseconds))
  }
}
