import Accuracy
import Backends
import Catalogue
import Tensors

/// The check of what was timed: the output that an implementation's last timed call left behind, on the very inputs
/// that it was timed with.
///
/// - The sums of its channels must be one convolution's, for linear kinds (see ``Freivalds``).
/// - Where the plan promises equal bits, they must be those of the call that was verified.
///
/// What a ReLU clipped is taken from the same layer planned without it, run once: by a quick implementation that
/// stands in for all, unless its own sums contradict it; then by the implementation that was timed.
package final class TimedCheck {
  /// What was found about one implementation.
  package struct Finding: Sendable {
    /// nil where the layer is not linear.
    package let sums: Freivalds.Verdict?
    /// nil where the plan does not promise it.
    package let repeatsBits: Bool?

    /// Why the time must not count; nil where nothing speaks against it.
    package var objection: String? {
      if repeatsBits == false {
        return
          "The timed calls gave other bits than the call that was verified, though the plan promises the same."
      }
      guard let sums, sums.status == .failed else { return nil }
      return "The output of the timed calls is wrong as a whole. \(sums.message)"
    }
  }

  private let trial: Trial
  private let standIn: any Backend
  private let sums: Freivalds?
  /// The layer without its ReLU; nil where it has none.
  private let open: Layer?
  /// What that gave, by backend, and whether its own sums bear it out.
  private var unclipped: [String: (output: UnclippedOutput, verdict: Freivalds.Verdict)] = [:]

  /// Works out what all implementations are held against.
  ///
  /// - Parameter standIn: a backend that runs linear layers quickly.
  package init(_ trial: Trial, standIn: any Backend) throws(LayerError) {
    self.trial = trial
    self.standIn = standIn
    sums = Freivalds(layer: trial.layer, inputs: trial.inputs, parameters: trial.parameters)
    open = try trial.layer.withoutReLU()
  }

  /// Judges an output.
  ///
  /// - Parameters:
  ///   - output: of the last timed call of `plan`.
  ///   - verified: the output of the call that was verified.
  /// - Throws: ``BackendError`` where the layer can't be planned without its ReLU.
  package func finding(
    _ output: Tensor<Float>, verified: Tensor<Float>, of plan: any Plan, on backend: any Backend
  ) throws(BackendError) -> Finding {
    Finding(
      sums: try verdict(output, of: plan, on: backend),
      repeatsBits: plan.errorModel.isDeterministic ? output.hasSameBits(as: verified) : nil)
  }

  private func verdict(
    _ output: Tensor<Float>, of plan: any Plan, on backend: any Backend
  ) throws(BackendError) -> Freivalds.Verdict? {
    guard let sums else { return nil }
    guard let open else { return sums.check(output, model: plan.errorModel) }
    var unclipped = try unclipped(open, sums, on: standIn)
    if unclipped.verdict.status == .failed { unclipped = try self.unclipped(open, sums, on: backend) }
    if unclipped.verdict.status == .failed { return unclipped.verdict }
    return sums.check(output, model: plan.errorModel, unclipped: unclipped.output)
  }

  /// The layer's output before its ReLU, by the backend's algorithm with the tightest bound.
  private func unclipped(
    _ layer: Layer, _ sums: Freivalds, on backend: any Backend
  ) throws(BackendError) -> (output: UnclippedOutput, verdict: Freivalds.Verdict) {
    if let known = unclipped[backend.name] { return known }
    let plan = try backend.plan(
      layer, parameters: trial.parameters, algorithm: backend.algorithms(for: layer).first)
    var values = Tensor<Float>(layer.outputShape, repeating: .nan)
    plan.run(trial.inputs, into: &values)
    let output = UnclippedOutput(values, model: plan.errorModel)
    let result = (output: output, verdict: sums.check(unclipped: output))
    unclipped[backend.name] = result
    return result
  }
}

extension Layer {
  /// The same convolution without its ReLU; nil for one that has none, and for other kinds.
  fileprivate func withoutReLU() throws(LayerError) -> Layer? {
    let operation: Operation
    switch self.operation {
    case .conv2d(var convolution) where convolution.relu:
      convolution.relu = false
      operation = .conv2d(convolution)
    case .deformConv2d(var convolution) where convolution.relu:
      convolution.relu = false
      operation = .deformConv2d(convolution)
    case .conv2d, .deformConv2d, .maxPool2d, .batchNorm2d, .relu, .sigmoid, .multiply, .add, .concat, .l2Norm,
      .boxOffsets, .objectnessMap, .objectnessModulate, .headPermute, .softmax, .priorBox, .decodeBoxes,
      .nms, .resizeBilinear:
      return nil
    }
    return try Layer(
      name: name, operation: operation, inputShapes: inputShapes, parameterShapes: parameterShapes)
  }
}
