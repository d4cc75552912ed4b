import Catalogue
import Tensors

/// A whole network made ready to run in one go. A backend may fuse layers, keep layouts of its own between them and
/// reuse memory, but each output that it still makes has the bits of its plan of that layer alone.
///
/// A plan owns its memory, so it runs one picture at a time.
package protocol NetworkPlan: AnyObject {
  var network: Network { get }
  /// The layers that are computed inside of others, so that their own output exists nowhere: by name, the layer whose
  /// output has taken them in.
  var fusedLayers: [String: String] { get }
  var memory: NetworkMemory { get }

  /// Runs the network.
  ///
  /// - Parameter observer: called after each layer that is not fused, with its output copied out in the layer's own
  ///   shape, in the order in which they are computed. nil copies nothing.
  func run(_ feed: NetworkFeed, observer: ((_ layer: String, _ output: Tensor<Float>) -> Void)?)

  /// The output of a layer that no other reads, after a run; nil for other layers.
  func result(of layer: String) -> Tensor<Float>?
}

extension NetworkPlan {
  package func run(_ feed: NetworkFeed) { run(feed, observer: nil) }
}

/// The memory of a network plan, in bytes.
package struct NetworkMemory: Sendable, Hashable, Codable {
  /// Weights, scales and shifts in the order in which they are read.
  package var parameters: Int
  /// All activations. Beside them a run allocates the list of detections only, and some bytes for each job of the
  /// threads.
  package var activations: Int
  /// What the kernels of one layer need at a time.
  package var scratch: Int
  /// The least that a layer-by-layer network could do with: the two largest activations of which one is computed from
  /// the other, NCHW.
  package var largestNeighbours: Int

  package init(parameters: Int, activations: Int, scratch: Int, largestNeighbours: Int) {
    self.parameters = parameters
    self.activations = activations
    self.scratch = scratch
    self.largestNeighbours = largestNeighbours
  }

  package var total: Int { parameters + activations + scratch }
}

extension Network {
  /// The largest sum of one layer's output and one of its inputs, in elements.
  package var largestNeighbours: Int {
    let largest = steps.flatMap { step in
      step.layer.inputShapes.map { $0.count + step.layer.outputShape.count }
    }
    return largest.max() ?? 0
  }
}
