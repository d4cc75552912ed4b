import Backends
import Catalogue
import Golden
import Tensors

/// A network planned as a whole, held against the layers one by one: what it computes is judged because each output
/// that it makes has the bits of the chain's, which is judged layer by layer.
package struct WholeNetwork {
  package let plan: any NetworkPlan
  /// How many outputs were compared.
  package let comparedLayers: Int
  /// The layers whose outputs have other bits than the chain's, or are missing though not fused, in order.
  package let differingLayers: [String]
}

extension Chain {
  /// The chain's network planned as a whole by the chain's backend and run once beside it.
  ///
  /// - Returns: nil where the backend runs networks layer by layer only.
  /// - Precondition: the chain keeps everything and has taken every step.
  package func planWhole(
    _ network: Network, parameters: any ParameterStore
  ) throws -> WholeNetwork? {
    let plan = try backend.planNetwork(network) { try parameters.parameters(for: $0) }
    guard let plan else { return nil }
    var equal = Set<String>()
    plan.run(feed) { layer, output in
      if let expected = self.output(of: layer), output.hasBits(of: expected) { equal.insert(layer) }
    }
    let made = network.layers.map(\.name).filter { plan.fusedLayers[$0] == nil }
    return WholeNetwork(
      plan: plan, comparedLayers: made.count, differingLayers: made.filter { !equal.contains($0) })
  }

  /// Runs the network on the chain's picture by a plan of the whole.
  package func run(_ whole: WholeNetwork) { whole.plan.run(feed) }
}

extension Tensor<Float> {
  /// Whether shape and bits are the same: a NaN equals itself, and 0 is not −0.
  fileprivate func hasBits(of other: Tensor) -> Bool {
    shape == other.shape && zip(values, other.values).allSatisfy { $0.bitPattern == $1.bitPattern }
  }
}
