import Accuracy
import Backends
import Catalogue
import Golden
import OpenBLASBackend
import Tensors

/// A network on any picture with any weights, every element of every layer judged, on several backends in step. No
/// golden is needed.
///
/// Memory: the parameters of one layer, that layer's truth, magnitudes and bounds, and per backend the outputs that a
/// later layer still reads.
package final class NetworkCheck {
  private let parameters: any ParameterStore
  private let chains: [Chain]
  private let ideal: IdealChain

  package init(
    _ network: Network, feed: NetworkFeed, parameters: any ParameterStore, backends: [any Backend],
    truths: TruthSource
  ) {
    let lifetimes = Lifetimes(network)
    self.parameters = parameters
    chains = backends.map { Chain($0, feed: feed, truths: truths, lifetimes: lifetimes) }
    ideal = IdealChain(feed: feed, truths: truths, lifetimes: lifetimes)
  }

  /// Takes the next layer on every backend.
  ///
  /// - Returns: a link per backend that offers the layer's kind.
  package func advance(_ step: Step) throws -> [(backend: String, link: Link)] {
    let parameters = try parameters.parameters(for: step.layer)
    let known = try ideal.advance(step, parameters: parameters)
    return try chains.compactMap { chain in
      try chain.advance(step, parameters: parameters, known: known).map { (chain.backend.name, $0) }
    }
  }
}

/// The network without float32 arithmetic: every layer in float64, its output rounded to float32 once, for the next
/// layer's oracle takes float32. It stands for the true network where no golden knows it; what an implementation
/// inherits is told relative to it, so it is known to about the effect of one rounding per layer.
final class IdealChain {
  private let feed: NetworkFeed
  private let truths: TruthSource
  private let lifetimes: Lifetimes
  private var outputs: [String: Tensor<Float>] = [:]

  init(feed: NetworkFeed, truths: TruthSource, lifetimes: Lifetimes) {
    self.feed = feed
    self.truths = truths
    self.lifetimes = lifetimes
  }

  /// The next layer's output, before it is rounded.
  func advance(_ step: Step, parameters: Parameters<Float>) throws(OracleError) -> Truth {
    let truth = try truths.values(
      of: step.layer, inputs: feed.inputs(of: step, outputs: outputs), parameters: parameters)
    outputs[step.layer.name] = Tensor(truth.shape, values: truth.values.map { Float($0) })
    for name in lifetimes.ending(with: step.layer.name) { outputs[name] = nil }
    return truth
  }
}
