import Microkernels

/// A strip of a packed GEMM, its tiles' rows a gap apart, every buffer of it behind a fence.
struct PackedProduct {
  let kernel: PackedGemmKernel
  let blocks: Int
  let blocksPerChain: Int
  let a: [Float]
  let b: [Float]
  private static let tiles = 2
  private static let gap = PackedStrip.depth

  /// - Parameter whole: small integers, whose sums no order of additions rounds; else numbers in ±2.
  init(_ kernel: PackedGemmKernel, blocks: Int, blocksPerChain: Int, whole: Bool = false) {
    func draw(_ count: Int, stream: Int) -> [Float] {
      numbers(count, stream: stream).map { whole ? ($0 * 4).rounded() : $0 }
    }
    self.kernel = kernel
    self.blocks = blocks
    self.blocksPerChain = blocksPerChain
    a = draw(Self.tiles * (blocks * kernel.rows * PackedStrip.depth + Self.gap) - Self.gap, stream: 1)
    b = draw(blocks * PackedStrip.depth * kernel.columns, stream: 2)
  }

  /// The largest |error| divided by its bound; infinite where the slack beside the sums was written.
  ///
  /// A chain over up to 16·blocksPerChain products passes as many roundings, and one more where multiply–adds round
  /// twice; the chain over the chains adds one for each but the first.
  func worstRatio(_ fence: Fence, fuses: Bool) -> Double {
    let chain = min(blocks, blocksPerChain) * PackedStrip.depth
    let chains = (blocks + blocksPerChain - 1) / blocksPerChain
    let gamma = LoopCase.gamma(chain + (fuses ? 0 : 1) + chains - 1)
    let (output, isUntouched) = run(fence)
    guard isUntouched else { return .infinity }
    return output.indices.map { place in
      let (value, magnitude) = truth(place)
      let error = abs(Double(output[place]) - value)
      return error.isNaN ? .infinity : error / (gamma * magnitude)
    }.max() ?? .infinity
  }

  /// Whether every sum is the truth.
  func isExact(_ fence: Fence) -> Bool {
    let (output, isUntouched) = run(fence)
    return isUntouched && output.indices.allSatisfy { Double(output[$0]) == truth($0).value }
  }

  private func run(_ fence: Fence) -> ([Float], isUntouched: Bool) {
    let (a, b) = (Fenced(a, fence: fence), Fenced(b, fence: fence))
    let c = Fenced<Float>(count: Self.tiles * kernel.rows * kernel.columns, fence: fence)
    kernel.run(
      PackedStrip(
        a: .init(a.start), tileStride: tileStride, b: .init(b.start), c: c.start, tiles: Self.tiles,
        blocks: blocks, blocksPerChain: blocksPerChain))
    return (c.values, c.isSlackUntouched && a.isSlackUntouched && b.isSlackUntouched)
  }

  private var tileStride: Int { blocks * kernel.rows * PackedStrip.depth + Self.gap }

  private func truth(_ place: Int) -> (value: Double, magnitude: Double) {
    let (line, column) = place.quotientAndRemainder(dividingBy: kernel.columns)
    let (tile, row) = line.quotientAndRemainder(dividingBy: kernel.rows)
    var (value, magnitude) = (0.0, 0.0)
    for k in 0..<(blocks * PackedStrip.depth) {
      let (block, lane) = k.quotientAndRemainder(dividingBy: PackedStrip.depth)
      let x = Double(a[tile * tileStride + (block * kernel.rows + row) * PackedStrip.depth + lane])
      let product = x * Double(b[k * kernel.columns + column])
      value += product
      magnitude += abs(product)
    }
    return (value, magnitude)
  }
}
