import Catalogue

/// When a network's tensors are needed for the last time.
package struct Lifetimes: Sendable {
  /// By layer: the outputs that no later layer reads.
  private let last: [String: [String]]

  package init(_ network: Network) {
    var reader: [String: String] = [:]
    for step in network.steps {
      for source in step.sources {
        switch source {
        case .output(let name), .column(_, let name): reader[name] = step.layer.name
        case .image, .pixelScale: break
        }
      }
    }
    last = Dictionary(grouping: reader.keys) { reader[$0] ?? $0 }
  }

  /// The outputs that are of no use once `layer` has run. What no layer reads, the network's result, stays.
  package func ending(with layer: String) -> [String] { last[layer] ?? [] }
}
