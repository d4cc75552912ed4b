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
  package static let names =
    [ImplicitGemmCore.algorithm, PackedGemmCore.algorithm, PixelGemmCore.algorithm]
    + WinogradTransform.all.map(\.name)

  /// One of `known`.
  package func algorithm(for layer: Layer, known: [String]) -> String {
    switch self {
    case .forced(let name) where known.contains(name): name
    case .planned(let book): book.choice(for: layer, among: known) ?? AlgorithmCost.least(layer, known)
    case .forced, .automatic: AlgorithmCost.least(layer, known)
    }
  }

  /// The same in a network, whose maps lie in blocks: what pixel GEMM gains between NCHW tensors, which it reads and writes
  /// as they are, is nothing there. Where it is not forced, the implicit algorithm takes its place if it has less to do;
  /// the bits are the same, see ``ProductOrder``.
  package func networkAlgorithm(for layer: Layer, known: [String]) -> String {
    let alone = algorithm(for: layer, known: known)
    if case .forced(alone) = self { return alone }
    guard alone == PixelGemmCore.algorithm else { return alone }
    return AlgorithmCost.least(layer, [ImplicitGemmCore.algorithm, PixelGemmCore.algorithm])
  }
}

/// An estimate of what a convolution costs by each algorithm, in multiply–adds that a core does at its peak: what is
/// chosen by until it is measured. Its constants were measured on a Zen 5 core (AVX-512, 16 channels at a time);
/// on others their proportions are similar.
enum AlgorithmCost {
  /// The share of the peak that the implicit algorithm's micro-kernel reaches, that of the packed one, and that of the
  /// pixels', whose rows seldom begin a cache line and whose planes are pages apart.
  private static let implicitShare = 0.88
  private static let packedShare = 0.95
  private static let pixelShare = 0.8
  /// Unfolding a product's operand into packed rows (5 ns per 16), once per 256 output channels.
  private static let unfolding = 10.0
  private static let unfoldedOutputs = 256
  /// A patch's transform per channel (43 ns per 16), and a tile's per output channel (38 ns per 16).
  private static let patchTransform = 380.0
  private static let sumTransform = 340.0
  /// Reading a weight that lies in main memory, at half of 59 GB/s per core.
  private static let weight = 19.0
  /// Rows and columns that a tile of the product is filled up to.
  private static let (implicitRows, packedRows) = (8, 5)
  private static let (implicitColumns, packedColumns) = (16, 32)
  /// Output channels and pixels of a tile of pixels.
  private static let (pixelRows, pixelColumns) = (6, 64)

  /// The algorithm that costs least; the first where nothing is known of the others. A Winograd transform that is
  /// there for its exactness, or errs no less than a cheaper one, is no candidate.
  static func least(_ layer: Layer, _ known: [String]) -> String {
    guard let convolution = layer.convolution, let weight = layer.parameterShapes.weight, known.count > 1
    else {
      return known[0]
    }
    let sizes = Sizes(layer, products: weight.count / weight[0], channels: weight[1], outputs: weight[0])
    var costs = [(ImplicitGemmCore.algorithm, implicit(sizes))]
    if known.contains(PackedGemmCore.algorithm) { costs.append((PackedGemmCore.algorithm, packed(sizes))) }
    if known.contains(PixelGemmCore.algorithm) {
      costs.append((PixelGemmCore.algorithm, pixel(layer, sizes)))
    }
    for transform in [WinogradTransform.f4, .f2, .f2Strided] where known.contains(transform.name) {
      costs.append((transform.name, winograd(layer, convolution, transform, sizes)))
    }
    return costs.min { $0.1 < $1.1 }?.0 ?? known[0]
  }

  /// A convolution as a matrix product.
  private struct Sizes {
    let pixels: Int
    /// Products of one output.
    let products: Int
    let channels: Int
    let outputs: Int

    init(_ layer: Layer, products: Int, channels: Int, outputs: Int) {
      pixels = layer.outputShape.count / outputs
      (self.products, self.channels, self.outputs) = (products, channels, outputs)
    }

    var weights: Double { Double(products * outputs) * AlgorithmCost.weight }
  }

  private static func implicit(_ sizes: Sizes) -> Double {
    let tiles = filled(sizes.pixels, to: implicitRows) * filled(sizes.outputs, to: implicitColumns)
    return Double(tiles * sizes.products) / implicitShare + sizes.weights
  }

  private static func packed(_ sizes: Sizes) -> Double {
    let pixels = filled(sizes.pixels, to: packedRows)
    let tiles = pixels * filled(sizes.outputs, to: packedColumns)
    let times = filled(sizes.outputs, to: unfoldedOutputs) / unfoldedOutputs
    return Double(tiles * sizes.products) / packedShare + Double(pixels * sizes.products * times) * unfolding
      + sizes.weights
  }

  private static func pixel(_ layer: Layer, _ sizes: Sizes) -> Double {
    let (input, output) = (layer.inputShapes[0], layer.outputShape)
    let padding = layer.convolution?.padding ?? Pair(0)
    let row = input[3] + 2 * padding.horizontal
    let pixels = output[0] * filled(output[2] * row, to: pixelColumns)
    let products = Double(filled(sizes.outputs, to: pixelRows) * pixels * sizes.products)
    return products / pixelShare + sizes.weights
  }

  private static func winograd(
    _ layer: Layer, _ convolution: Convolution, _ transform: WinogradTransform, _ sizes: Sizes
  ) -> Double {
    let shape = layer.outputShape
    // Channels fill whole blocks.
    let (channels, outputs) = (filled(sizes.channels, to: MapLayout.blockDepth), sizes.outputs)
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
    let filters = Double(transform.filters * transform.filters * channels * outputs)
    return products / packedShare + transforms + filters * weight
  }

  private static func filled(_ count: Int, to unit: Int) -> Int { (count + unit - 1) / unit * unit }
}
