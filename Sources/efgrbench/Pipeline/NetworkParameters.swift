import Catalogue
import Foundation
import Golden
import Verification

/// The parameters that a network is run with, and where they come from, in words.
struct NetworkParameters {
  let store: any ParameterStore
  let origin: String

  /// Those of a weights file; without one, those of the network's golden; else seeded ones.
  ///
  /// - Throws: ``GoldenError`` for a file that does not fit the network.
  init(of network: Network, weights: String?, golden folder: String) throws(GoldenError) {
    if let weights {
      store = try Checkpoint(contentsOf: URL(fileURLWithPath: weights), for: network)
      origin = "those of \(weights)"
    } else if let golden = GoldenShelf.network(network.name, in: folder) {
      store = golden
      origin = "those of \(Trial.path(golden.url)), which were never trained"
    } else {
      store = SeededParameters(network)
      origin = "seeded ones, for \(folder) holds no golden of \(network.name)"
    }
  }
}
