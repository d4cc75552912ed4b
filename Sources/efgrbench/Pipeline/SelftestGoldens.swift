import Accuracy
import Backends
import Catalogue
import Faults
import Foundation
import Golden

/// The goldens that the self-test draws on: small whole cases, on which faults are tried beside its own probes, and
/// the layers of a network at their real size, on which right implementations are judged.
struct SelftestGoldens {
  let probes: [Probe]
  private let layers: [GoldenCase]

  /// Cases per kind, spread evenly over the pack.
  private static let casesPerKind = 12
  /// The least elements of a case: some faults take whole blocks of 16.
  private static let leastElements = 64
  /// The most elements and multiply–accumulates of a case, for every fault is evaluated by naive loops.
  private static let mostElements = 2048
  private static let mostMACs = 100_000
  /// The network whose layers are taken.
  private static let network = "efgrnet-vgg16-320-coco"

  /// - Parameter folder: of golden packs; where there is none, nothing is drawn on.
  init(folder: String, kinds: [LayerKind]) throws {
    guard FileManager.default.fileExists(atPath: folder) else {
      (probes, layers) = ([], [])
      return
    }
    let cases = GoldenPack.entries(at: URL(fileURLWithPath: folder)).compactMap { entry in
      switch entry {
      case .layer(let golden): kinds.contains(golden.layer.kind) ? golden : nil
      case .network, .refused: nil
      }
    }
    probes = try kinds.flatMap { kind in
      // Faults are written for shapes like those of the kind's own probes.
      let ranks = Set(try Probe.all(of: kind).map(\.layer.outputShape.rank))
      let fitting = cases.filter {
        $0.layer.kind == kind && ranks.contains($0.layer.outputShape.rank) && Self.isSmall($0)
      }
      return Self.spread(fitting).map { golden in
        Probe(
          name: golden.name, layer: golden.layer, inputs: golden.loadInputs(),
          parameters: golden.loadParameters(), truth: golden.truth, isExact: golden.comparison == .exact)
      }
    }
    layers = cases.filter { $0.name.hasPrefix(Self.network + "/") }
  }

  private static func isSmall(_ golden: GoldenCase) -> Bool {
    golden.truth.indices == nil && (leastElements...mostElements).contains(golden.truth.values.count)
      && golden.layer.inputShapes.allSatisfy { $0.count <= mostElements * 4 } && golden.layer.macs <= mostMACs
  }

  private static func spread(_ cases: [GoldenCase]) -> [GoldenCase] {
    guard cases.count > casesPerKind else { return cases }
    return (0..<casesPerKind).map { cases[$0 * cases.count / casesPerKind] }
  }

  /// What the backends give on the network's layers, at the elements that the goldens know. The naive loops, which
  /// would take longer than all else together, are left out.
  func layerOutputs(_ backends: [any Backend], _ show: (String) -> Void) throws -> [RightOutput] {
    try layers.flatMap { golden in
      show(golden.name)
      let specimen = Specimen(
        layer: golden.layer, inputs: golden.loadInputs(), parameters: golden.loadParameters())
      return try backends.filter { $0.name != "reference" }.flatMap {
        try RightOutput.all(
          golden.name, specimen, truth: golden.truth, isExact: golden.comparison == .exact, on: $0)
      }
    }
  }
}
