import Microkernels
import Testing

/// Every pixel kernel of every table, each buffer between pages that nothing may touch.
@Suite("Every pixel GEMM kernel of every instruction set") struct PixelGemmTests {
  @Test("multiplies a tile within γ of its chain", arguments: Fence.allCases, [1, 2, 9, 144])
  func multiply(fence: Fence, steps: Int) {
    for kernels in Kernels.all {
      for kernel in kernels.table.pixelGemms {
        for accumulates in [false, true] {
          let tile = Tile(kernel, steps: steps, accumulates: accumulates)
          let output = tile.run(fence)
          // A chain of products, one more rounding of a product where multiply–adds round twice, one more addition.
          let gamma = LoopCase.gamma(steps + (kernels.table.fuses ? 0 : 1) + 1)
          for (place, result) in output.enumerated() {
            let (value, magnitude) = tile.truth(place)
            #expect(
              abs(Double(result) - value) <= gamma * magnitude, "\(kernel.name), \(steps) steps, \(place)")
          }
        }
      }
    }
  }

  /// At most 144·32 products of 8·8: below 2²⁴.
  @Test("is exact on small integers", arguments: Fence.allCases, [1, 144])
  func whole(fence: Fence, steps: Int) {
    for kernels in Kernels.all {
      #expect(!kernels.table.pixelGemms.isEmpty)
      for kernel in kernels.table.pixelGemms {
        #expect(kernel.name.hasPrefix("pixel_sgemm_\(kernel.rows)x\(kernel.columns)_"))
        let tile = Tile(kernel, steps: steps, accumulates: true, whole: true)
        let output = tile.run(fence)
        #expect(output.indices.allSatisfy { Double(output[$0]) == tile.truth($0).value }, "\(kernel.name)")
      }
    }
  }
}

/// One tile whose product steps lie at odd places of one row of numbers, the last up to its very end.
private struct Tile {
  let kernel: PixelGemmKernel
  let accumulates: Bool
  let a: [Float]
  let b: [Float]
  let c: [Float]
  let offsets: [Int]
  let steps: Int
  /// What lies between the sums of two channels: they begin anywhere.
  private let gap = 3

  init(_ kernel: PixelGemmKernel, steps: Int, accumulates: Bool, whole: Bool = false) {
    func draw(_ count: Int, stream: Int) -> [Float] {
      numbers(count, stream: stream).map { whole ? ($0 * 4).rounded() : $0 }
    }
    self.kernel = kernel
    self.accumulates = accumulates
    a = draw(steps * kernel.rows, stream: 1)
    b = draw(kernel.columns + 3 * (steps - 1), stream: 2)
    c = draw(kernel.rows * kernel.columns, stream: 3)
    offsets = (0..<(steps + PixelTile.lookahead)).map { 3 * min($0, steps - 1) }
    self.steps = steps
  }

  func run(_ fence: Fence) -> [Float] {
    let (a, b) = (Fenced(a, fence: fence), Fenced(b, fence: fence))
    let cStride = kernel.columns + gap
    let sums = Fenced<Float>(count: (kernel.rows - 1) * cStride + kernel.columns, fence: fence)
    func start(_ row: Int) -> UnsafeMutablePointer<Float> { sums.start + row * cStride }
    for (place, value) in c.enumerated() {
      start(place / kernel.columns)[place % kernel.columns] = value
    }
    offsets.withUnsafeBufferPointer { offsets in
      guard let offsets = offsets.baseAddress else { return }
      kernel.run(
        PixelTile(
          a: .init(a.start), b: .init(b.start), offsets: offsets, c: sums.start, cStride: cStride,
          steps: steps, accumulates: accumulates))
    }
    #expect(sums.isSlackUntouched && a.isSlackUntouched && b.isSlackUntouched)
    for row in 1..<kernel.rows {
      #expect((1...gap).allSatisfy { (start(row) - $0).pointee.bitPattern == Fence.mark })
    }
    return c.indices.map { start($0 / kernel.columns)[$0 % kernel.columns] }
  }

  func truth(_ place: Int) -> (value: Double, magnitude: Double) {
    let (row, column) = place.quotientAndRemainder(dividingBy: kernel.columns)
    var value = accumulates ? Double(c[place]) : 0
    var magnitude = abs(value)
    for (step, offset) in offsets.prefix(steps).enumerated() {
      let product = Double(a[step * kernel.rows + row]) * Double(b[offset + column])
      value += product
      magnitude += abs(product)
    }
    return (value, magnitude)
  }
}
