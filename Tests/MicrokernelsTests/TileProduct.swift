import Microkernels

/// One tile of a GEMM, every buffer and table of it behind a fence.
struct TileProduct {
  let kernel: GemmKernel
  let tapOffsets: [Int]
  let pixelOffsets: [Int]
  let depth: Int
  let accumulate: Bool
  let map: [Float]
  let weights: [Float]
  let sums: [Float]

  /// Pixels overlap, as windows do; the last tap of the last pixel ends the map.
  init(_ kernel: GemmKernel, taps: Int, depth: Int, accumulate: Bool) {
    self.kernel = kernel
    self.depth = depth
    self.accumulate = accumulate
    tapOffsets = (0..<taps).map { $0 * 2 * depth }
    pixelOffsets = (0..<kernel.rows).map { $0 * depth }
    map = numbers((2 * (taps - 1) + kernel.rows) * depth, stream: 1)
    weights = numbers(taps * depth * kernel.columns, stream: 2)
    sums = numbers(kernel.rows * kernel.columns, stream: 3)
  }

  /// The largest |error| divided by its bound; infinite where the slack beside the sums was written.
  ///
  /// The chain over K = taps·depth products passes K roundings at most, accumulating one more.
  func worstRatio(_ fence: Fence) -> Double {
    let roundings = tapOffsets.count * depth + (accumulate ? 1 : 0)
    let (output, isUntouched) = run(fence)
    guard isUntouched else { return .infinity }
    return output.indices.map { place in
      let (value, magnitude) = truth(place)
      let error = abs(Double(output[place]) - value)
      return error.isNaN ? .infinity : error / (LoopCase.gamma(roundings) * magnitude)
    }.max() ?? .infinity
  }

  private func run(_ fence: Fence) -> ([Float], isUntouched: Bool) {
    let (a, b) = (Fenced(map, fence: fence), Fenced(weights, fence: fence))
    let c = accumulate ? Fenced(sums, fence: fence) : Fenced<Float>(count: sums.count, fence: fence)
    let (pixels, taps) = (Fenced(pixelOffsets, fence: fence), Fenced(tapOffsets, fence: fence))
    kernel.run(
      GemmTile(
        a: .init(a.start), pixels: .init(pixels.start), taps: .init(taps.start), tapCount: tapOffsets.count,
        depth: depth, b: .init(b.start), c: c.start, accumulate: accumulate))
    return (c.values, c.isSlackUntouched)
  }

  private func truth(_ place: Int) -> (value: Double, magnitude: Double) {
    let (pixel, column) = place.quotientAndRemainder(dividingBy: kernel.columns)
    var value = accumulate ? Double(sums[place]) : 0
    var magnitude = abs(value)
    for (tap, offset) in tapOffsets.enumerated() {
      for k in 0..<depth {
        let x = Double(map[pixelOffsets[pixel] + offset + k])
        let product = x * Double(weights[(tap * depth + k) * kernel.columns + column])
        value += product
        magnitude += abs(product)
      }
    }
    return (value, magnitude)
  }
}
