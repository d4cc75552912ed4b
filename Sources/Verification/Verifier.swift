import Accuracy
import Backends
import Catalogue
import Measurement
import Tensors

/// Tries implementations on a trial and judges them.
package struct Verifier {
  private let backends: [any Backend]
  private let truths: TruthSource

  package init(backends: [any Backend], truths: TruthSource) {
    self.backends = backends
    self.truths = truths
  }

  /// One implementation's try: its plan, the verdict, and the call that was judged: what it gave and how long it took.
  package struct Outcome {
    package let plan: any Plan
    package let verdict: Verdict
    package let output: Tensor<Float>
    package let nanoseconds: Double
  }

  /// Runs `trial` on every backend that offers its kind.
  package func outcomes(of trial: Trial) throws -> [(backend: any Backend, outcome: Outcome)] {
    let sums = try ProjectionCheck(trial, truths)
    return try backends.filter { $0.offers(trial.layer.kind) }.map { backend in
      (backend, try outcome(of: trial, on: backend, sums))
    }
  }

  private func outcome(of trial: Trial, on backend: any Backend, _ sums: ProjectionCheck) throws -> Outcome {
    let plan = try backend.plan(trial.layer, parameters: trial.parameters)
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
