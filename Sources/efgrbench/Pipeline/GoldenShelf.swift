import Backends
import Catalogue
import Detection
import Foundation
import Golden
import History
import Verification

/// The goldens of a folder, by what they are for.
struct GoldenShelf {
  /// Layer cases by name; a layer of a network is called `network/layer`.
  private(set) var cases: [String: GoldenCase] = [:]
  /// Network goldens with their pictures, by the network's name.
  private(set) var networks: [String: (golden: NetworkGolden, picture: Picture)] = [:]
  private(set) var refused: [(file: String, message: String)] = []

  /// Reads everything in `folder`.
  ///
  /// - Throws: ``ProgramError`` when there is no such folder.
  init(folder: String) throws {
    guard FileManager.default.fileExists(atPath: folder) else {
      throw ProgramError.badInput(
        "There is no golden folder \"\(folder)\". Run this from the repository's top, or name one with --golden."
      )
    }
    for entry in GoldenPack.entries(at: URL(fileURLWithPath: folder)) {
      switch entry {
      case .layer(let golden): cases[golden.name] = golden
      case .network(let golden): add(golden)
      case .refused(let file, let message): refused.append((file, message))
      }
    }
  }

  private mutating func add(_ golden: NetworkGolden) {
    do throws(GoldenError) {
      networks[golden.network] = (golden, try Picture(of: golden))
    } catch {
      refused.append((error.file, error.rule))
    }
  }

  /// Gives a network that has no golden the parameters and the picture of one that fits it.
  ///
  /// - Returns: the name of the network that lends; nil where `network` has a golden or none fits.
  mutating func lend(to network: Network) -> String? {
    guard networks[network.name] == nil else { return nil }
    for (name, lender) in networks.sorted(by: { $0.key < $1.key }) {
      guard let golden = lender.golden.lent(to: network) else { continue }
      networks[network.name] = (golden, lender.picture)
      return name
    }
    return nil
  }

  /// The golden of a whole network, where `folder` holds one; nil also where there is no such folder.
  static func network(_ name: String, in folder: String) -> NetworkGolden? {
    try? GoldenShelf(folder: folder).networks[name]?.golden
  }

  /// The golden of a network's layer, and the message of a refused file that seems to be it.
  func golden(for layer: String, of network: String) -> GoldenCase? { cases["\(network)/\(layer)"] }

  /// The data on which a network's layer is tried: its golden's, or made up, with the truth from elsewhere.
  func trial(of layer: Layer, in network: String, truths: TruthSource) throws -> Trial {
    try golden(for: layer.name, of: network).map(Trial.init) ?? Trial(layer, of: network, truths: truths)
  }

  /// The results of a layer whose golden was refused, the file that bears its name; nil where it was not.
  func refusal(of layer: Layer, in network: String, on backends: [any Backend]) -> [ResultRecord]? {
    guard golden(for: layer.name, of: network) == nil,
      let refusal = refused.first(where: {
        URL(fileURLWithPath: $0.file).deletingPathExtension().lastPathComponent == layer.name
      })
    else { return nil }
    return backends.map {
      ResultRecord(
        backend: $0.name, algorithm: $0.algorithms(for: layer).first ?? "", status: .refused,
        message: "\(refusal.file) is refused: \(refusal.message).")
    }
  }
}
