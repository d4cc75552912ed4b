import Backends
import Catalogue

/// Which of a layer's algorithms the tiled backend takes where its caller leaves the choice to it.
package enum AlgorithmChoice: Sendable {
  /// By the layer's sizes.
  case automatic
  /// The algorithm of that name, in every layer that offers it.
  case forced(String)

  /// Names that can be forced.
  package static let names = [ImplicitGemmCore.algorithm] + WinogradTransform.all.map(\.name)

  func algorithm(for layer: Layer, known: [String]) -> String {
    switch self {
    case .forced(let name) where known.contains(name): name
    case .forced, .automatic: known[0]
    }
  }
}
