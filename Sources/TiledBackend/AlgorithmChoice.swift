import Backends
import Catalogue

/// Which of a layer's algorithms the tiled backend takes where its caller leaves the choice to it.
package enum AlgorithmChoice: Sendable {
  /// By the layer's sizes, see ``AlgorithmCost``.
  case automatic
  /// As measured on this machine; by its sizes where the layer was not measured.
  case planned(PlanBook)
  /// The algorithm of that name, in every layer that offers it; by its sizes in others.
  case forced(String)

  /// Names that can be forced.
  package static let names = [ImplicitGemmCore.algorithm] + WinogradTransform.all.map(\.name)

  /// One of `known`.
  func algorithm(for layer: Layer, known: [String]) -> String {
    switch self {
    case .forced(let name) where known.contains(name): name
    case .planned(let book): book.choice(for: layer, among: known) ?? AlgorithmCost.least(layer, known)
    case .forced, .automatic: AlgorithmCost.least(layer, known)
    }
  }
}

/// An estimate of what a convolution costs by each algorithm, in multiply–adds that a core does at its peak: what is
/// chosen by until it is measured. Its constants were measured on a Zen 5 core (AVX-512, 16 channels at a time);
/// on others their proportions are similar.
enum AlgorithmCost {
  /// The share of the peak that the direct algorithm's micro-kernel reaches, and that of the packed one.
  private static let directShare = 0.88
  private static let packedShare = 0.95
  /// A patch's transform per channel (43 ns per 16), and a tile's per output channel (38 ns per 16).
  private static let patchTransform = 380.0
  private static let sumTransform = 340.0
  /// Reading a weight that lies in main memory, at half of 59 GB/s per core.
  private static let weight = 19.0
  /// Rows and columns that a tile of the product is filled up to.
  private static let (directRows, packedRows) = (8, 5)
  private static let (directColumns, packedColumns) = (16, 32)

  /// The algorithm that costs least; the first where nothing is known of the others. A Winograd transform that is
  /// there for its exactness, or errs no less than a cheaper one, is no candidate.
  static func least(_ layer: Layer, _ known: [String]) -> String {
    let transform = WinogradTransform.f4
    guard known.contains(transform.name), let weight = layer.parameterShapes.weight, weight[1] >= 16,
      let convolution = layer.convolution
    else { return known[0] }
    return winograd(layer, convolution, transform, weight[1], weight[0])
      < direct(layer, weight[1], weight[0]) ? transform.name : known[0]
  }

  private static func direct(_ layer: Layer, _ channels: Int, _ outputs: Int) -> Double {
    let shape = layer.outputShape
    let pixels = filled(shape[0] * shape[2] * shape[3], to: directRows)
    let products = Double(pixels * filled(outputs, to: directColumns)) * Double(9 * channels)
    return products / directShare + Double(9 * channels * outputs) * weight
  }

  private static func winograd(
    _ layer: Layer, _ convolution: Convolution, _ transform: WinogradTransform, _ channels: Int,
    _ outputs: Int
  ) -> Double {
    let shape = layer.outputShape
    let tiles =
      WinogradTiling(
        batch: shape[0], output: Pair(shape[2], shape[3]), dilation: convolution.dilation,
        outputs: transform.outputs
      ).tiles.count
    let points = Double(transform.size * transform.size)
    let products =
      Double(filled(tiles, to: packedRows) * filled(outputs, to: packedColumns)) * points * Double(channels)
    let transforms =
      Double(tiles) * (patchTransform * Double(channels) + sumTransform * Double(outputs))
    return products / packedShare + transforms + points * Double(channels * outputs) * weight
  }

  private static func filled(_ count: Int, to unit: Int) -> Int { (count + unit - 1) / unit * unit }
}
