import Accuracy
import Backends
import Catalogue
import Measurement
import OpenBLASBackend
import ReferenceBackend
import Tensors

/// Tries implementations on a trial and judges them.
struct Verifier {
  let workbench: Workbench

  /// One implementation's try: its plan, the verdict, and how long the call took that was judged.
  struct Outcome {
    let plan: any Plan
    let verdict: Verdict
    let nanoseconds: Double
  }

  /// Runs `trial` on every backend of the workbench that offers its kind.
  func outcomes(of trial: Trial) throws -> [(backend: any Backend, outcome: Outcome)] {
    let sums = try ProjectionCheck(trial, workbench)
    return try workbench.backends.filter { $0.offers(trial.layer.kind) }.map { backend in
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
      plan: plan, verdict: sums.confirm(verdict, trial, output, plan.errorModel),
      nanoseconds: Double(nanoseconds))
  }
}
