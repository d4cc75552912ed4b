import Accuracy
import Backends
import Catalogue
import Golden
import Measurement
import ReferenceBackend
import Tensors

/// A network run in one go on one backend, each layer fed by the layers before it, each judged on the inputs that it
/// really got.
package final class Chain {
  package let backend: any Backend
  let feed: NetworkFeed
  private let truths: TruthSource
  /// Runs the kinds that the backend does not offer.
  private let fallback: ReferenceBackend
  /// nil where everything is kept, to run again.
  private let lifetimes: Lifetimes?
  private var outputs: [String: Tensor<Float>] = [:]
  /// The steps taken so far, with their plans, where they are kept.
  private var taken: [(step: Step, plan: any Plan)] = []
  /// Nanoseconds of every step's first call.
  package private(set) var firstCalls: Double = 0

  /// - Parameter lifetimes: which outputs are released when; nil keeps outputs and plans, for ``runAgain()``.
  package init(
    _ backend: any Backend, feed: NetworkFeed, truths: TruthSource, lifetimes: Lifetimes? = nil
  ) {
    self.backend = backend
    self.feed = feed
    self.truths = truths
    self.lifetimes = lifetimes
    fallback = ReferenceBackend(threads: truths.threads)
  }

  /// A chain that has come as far as this one and goes on with another backend.
  package func continued(on backend: any Backend) -> Chain {
    let chain = Chain(backend, feed: feed, truths: truths, lifetimes: lifetimes)
    chain.outputs = outputs
    chain.taken = taken
    return chain
  }

  /// Runs the next layer of a network golden and judges it at the elements that the golden knows; where it knows none,
  /// for it was lent, at a sample of the elements.
  ///
  /// - Returns: nil where the backend does not offer the kind and the reference ran in its stead.
  package func advance(_ step: Step, on golden: NetworkGolden) throws -> Link? {
    let known = golden.truth(for: step.layer.name)
    let parameters = try golden.parameters(for: step.layer)
    let indices =
      if let known { known.indices } else { ElementSample.indices(below: step.layer.outputShape.count) }
    let link = try advance(step, parameters: parameters, known: known, indices: indices)
    guard let known, let output = outputs[step.layer.name] else { return link }
    return link?.confirmingDecisions(output, step.layer, known)
  }

  /// Runs the next layer and judges it against the truth for the very inputs that it got.
  ///
  /// - Parameters:
  ///   - known: what the layer gives in the network computed without float32 errors.
  ///   - indices: which elements of a linear layer are judged; nil means all.
  /// - Returns: nil where the backend does not offer the kind and the reference ran in its stead.
  package func advance(
    _ step: Step, parameters: Parameters<Float>, known: Truth?, indices: [Int]? = nil
  ) throws -> Link? {
    let layer = step.layer
    let isOffered = backend.offers(layer.kind)
    let plan = try (isOffered ? backend : fallback).plan(layer, parameters: parameters)
    let inputs = inputs(of: step)
    // What a plan leaves unwritten must not look like a result.
    var output = Tensor<Float>(layer.outputShape, repeating: .nan)
    let nanoseconds = Double(MonotonicClock.time { plan.run(inputs, into: &output) }.nanoseconds)
    firstCalls += nanoseconds
    outputs[layer.name] = output
    defer { release(after: step, plan) }
    guard isOffered else { return nil }
    let check = try truths.check(
      output, of: layer, model: plan.errorModel, inputs: inputs, parameters: parameters, indices: indices)
    return Link(
      layer: layer.name, algorithm: plan.algorithm, model: plan.errorModel, local: check.verdict,
      shares: known.flatMap { ErrorShares(output: output, local: check.truth, known: $0) },
      nanoseconds: nanoseconds)
  }

  /// Runs the next layer without judging it, for the sake of those that follow.
  package func pass(_ step: Step, on golden: NetworkGolden) throws {
    let plan = try (backend.offers(step.layer.kind) ? backend : fallback).plan(
      step.layer, parameters: try golden.parameters(for: step.layer))
    var output = Tensor<Float>(step.layer.outputShape, repeating: .nan)
    plan.run(inputs(of: step), into: &output)
    outputs[step.layer.name] = output
    release(after: step, plan)
  }

  /// Takes a layer's output from another chain, as if it had run here; a layer that has run here keeps its own. A chain
  /// that has adopted anything can't ``runAgain()``.
  package func adopt(_ step: Step, from other: Chain) {
    let name = step.layer.name
    if outputs[name] == nil { outputs[name] = other.outputs[name] }
  }

  private func release(after step: Step, _ plan: any Plan) {
    guard let lifetimes else {
      taken.append((step, plan))
      return
    }
    for name in lifetimes.ending(with: step.layer.name) { outputs[name] = nil }
  }

  /// Runs every step taken so far again, with nothing between the layers but handing on the tensors.
  ///
  /// - Precondition: the chain keeps everything.
  package func runAgain() {
    precondition(lifetimes == nil, "a chain that releases its tensors can't run again")
    for (step, plan) in taken {
      let inputs = inputs(of: step)
      let shape = step.layer.outputShape
      var output = outputs.removeValue(forKey: step.layer.name) ?? Tensor(shape, repeating: 0)
      plan.run(inputs, into: &output)
      outputs[step.layer.name] = output
    }
  }

  /// Whether every step of `network` has been taken and kept.
  package func isComplete(_ network: Network) -> Bool { taken.count == network.steps.count }

  /// The inputs that a step gets, or got, as long as they are kept.
  package func inputs(of step: Step) -> [Tensor<Float>] { feed.inputs(of: step, outputs: outputs) }

  /// The output of a layer that has run, unless it was released.
  package func output(of layer: String) -> Tensor<Float>? { outputs[layer] }
}
