import Catalogue

/// The order in which implicit and pixel GEMM add up an output's products: channel block by channel block, in it the
/// kernel's rows and columns, at each place the block's channels; in chains of KC ≈ 144 products, and then a chain of the
/// chains. What one gives the other gives, to the bit. (Packed GEMM too, where the kernel is one or three places wide.)
struct ProductOrder {
  /// Kernel places of a chain: whole rows of the kernel where these are one tap, see ``ConvolutionGeometry/taps()``.
  let placesPerChain: Int
  /// The products, each a channel of the group and a place of the kernel, row by row.
  let products: [(channel: Int, place: Int)]
  /// The products of each chain.
  let chains: [Range<Int>]

  /// About how many products a chain has: a panel of KC·NR weights then stays in the first-level cache.
  private static let chainProducts = 144

  init(_ geometry: ConvolutionGeometry) {
    let blockChannels = min(geometry.groupInputs, MapLayout.blockDepth)
    let unit = geometry.placesPerTap
    let (channels, area) = (geometry.groupInputs, geometry.kernelArea)
    placesPerChain = max(1, Self.chainProducts / (unit * blockChannels)) * unit
    var products: [(channel: Int, place: Int)] = []
    var starts: [Int] = []
    for first in stride(from: 0, to: channels, by: blockChannels) {
      for place in 0..<area {
        if (first / blockChannels * area + place).isMultiple(of: placesPerChain) {
          starts.append(products.count)
        }
        for channel in first..<min(first + blockChannels, channels) { products.append((channel, place)) }
      }
    }
    self.products = products
    chains = zip(starts, starts.dropFirst() + [products.count]).map { $0..<$1 }
  }
}
