import Catalogue
import Tensors

extension Fault {
  /// How a Winograd convolution goes wrong.
  static let winograd: [Fault] = matrices + transforms + patches + channelSums + tilesOfWinograd

  private static func edited(
    _ id: String, _ sentence: String, equivalentBecause proof: String? = nil,
    _ edit: @escaping @Sendable (inout WinogradFormula) -> Void
  ) -> Fault {
    Fault(
      "winograd-\(id)", [.conv2d], sentence, .edited(WinogradFormula.self, edit), equivalentBecause: proof)
  }

  /// Rows of the matrices belong to the points 0, ±a, (±b,) ∞; with stride 2 to 0, 1, ∞ and the middle tap's products.
  private static let matrices = [
    edited("input-sign-wrong", "One coefficient of the input transform has the wrong sign.") {
      $0.inputMatrix[0][2].negate()
    },
    edited("input-coefficient-off", "One coefficient of the input transform is off by a hundredth.") {
      $0.inputMatrix[1][2] *= 1.01
    },
    edited("input-points-swapped", "The input transform takes a point for its negative.") {
      $0.inputMatrix.swapAt(1, 2)
    },
    edited("sum-sign-wrong", "One coefficient of the output transform has the wrong sign.") {
      $0.sumMatrix[1][2].negate()
    },
    edited("sum-power-wrong", "The output transform's last row repeats the powers of the row before.") {
      let last = $0.sumMatrix.count - 1
      $0.sumMatrix[last] = $0.sumMatrix[last - 1]
    },
    edited("infinity-lost", "The output transform leaves out the point at infinity.") {
      let last = $0.sumMatrix.count - 1
      $0.sumMatrix[last][$0.transform.points.count] = 0
    },
    edited("zero-lost", "The output transform leaves out the point 0.") { $0.sumMatrix[0][0] = 0 },
    edited("filter-unscaled", "The filter transform forgets to divide by a point's norm.") { formula in
      let norm = formula.filterMatrix[1][0]
      formula.filterMatrix[1] = formula.filterMatrix[1].map { $0 / norm }
    },
    edited("filter-norms-swapped", "The filter transform divides by another point's norm.") { formula in
      let (zero, one) = (formula.filterMatrix[0][0], formula.filterMatrix[1][0])
      formula.filterMatrix[0] = formula.filterMatrix[0].map { $0 * one / zero }
      formula.filterMatrix[1] = formula.filterMatrix[1].map { $0 * zero / one }
    },
    edited(
      "filter-reversed", "The filter transform takes the taps from the end: convolution for correlation."
    ) {
      $0.filterMatrix = $0.filterMatrix.map { $0.reversed() }
    },
    edited(
      "point-negated-twice", "Input and filter transform both have one point's row with the wrong sign.",
      equivalentBecause: "negation rounds nothing, and (−u)·(−v) is u·v to the bit"
    ) {
      for column in $0.inputMatrix[1].indices { $0.inputMatrix[1][column].negate() }
      for column in $0.filterMatrix[1].indices { $0.filterMatrix[1][column].negate() }
    },
  ]

  private static let transforms = [
    edited("filter-transposed", "The transformed filter is stored transposed.") {
      $0.transformedFilter = transposed
    },
    edited("patch-transposed", "The transformed patch is stored transposed.") {
      $0.transformedPatch = transposed
    },
    edited("tile-transposed", "The finished tile is stored transposed.") {
      $0.transformedSums = { sums, _ in transposed(sums) }
    },
    edited("filter-half", "The transformed filter is rounded to half precision.") {
      $0.transformedFilter = { $0.map { $0.map(\.asHalf) } }
    },
    edited("filter-bfloat16", "The transformed filter is rounded to bfloat16.") {
      $0.transformedFilter = { $0.map { $0.map(\.asBFloat16) } }
    },
    edited("patch-bfloat16", "The transformed patch is rounded to bfloat16.") {
      $0.transformedPatch = { $0.map { $0.map(\.asBFloat16) } }
    },
    edited("patch-last-row-stale", "The last row of the transformed patch holds the row before.") {
      $0.transformedPatch = { $0.dropLast() + [$0[$0.count - 2]] }
    },
  ]

  private static func transposed(_ grid: Matrix<Float>) -> Matrix<Float> {
    grid.indices.map { column in grid.map { $0[column] } }
  }

  private static let patches = [
    edited("patch-late", "Patches begin one pixel late in both directions.") {
      $0.source = { $0 - $2 + ($1 + 1) * $3 }
    },
    edited("patches-apart", "Patches follow each other without an overlap.") { formula in
      let (size, outputs) = (formula.transform.size, formula.transform.outputs)
      formula.source = { start, number, padding, dilation in
        start / (outputs * dilation) * size * dilation + start % dilation - padding + number * dilation
      }
    },
    edited("padding-ignored", "Patches begin as if there were no padding.") {
      $0.source = { start, number, _, dilation in start + number * dilation }
    },
    edited("dilation-ignored", "A patch's pixels are taken side by side.") {
      $0.source = { start, number, padding, _ in start - padding + number }
    },
    edited("phase-ignored", "With a dilation every phase takes the first one's patches.") {
      $0.source = { $0 / $3 * $3 - $2 + $1 * $3 }
    },
    edited("border-clamped", "A patch that reaches over the edge repeats the edge's pixels.") {
      $0.read = { $0.clamped($1, $2) }
    },
    edited("border-as-interior", "A patch that reaches over the edge reads what memory holds there.") {
      $0.read = { $0.unchecked($1, $2) }
    },
    edited("border-last-column-lost", "The map's last column counts as border.") {
      $0.read = { $2 == $0.width - 1 ? 0 : $0.zeroPadded($1, $2) }
    },
  ]

  private static let channelSums = [
    edited("chain-lost", "The last chain of channels is lost.") {
      $0.sum = { $0.sum(0..<$0.lastChain.lowerBound) }
    },
    edited("chain-twice", "The last chain of channels is added twice.") {
      $0.sum = { $0.sum($0.lastChain, from: $0.total) }
    },
    edited("chain-overwrites", "The last chain overwrites the sum instead of adding to it.") {
      $0.sum = { $0.sum($0.lastChain) }
    },
    edited("sums-stale", "The sums still hold the tile before.") {
      $0.sum = { $0.sum(0..<$0.count, from: $0.previous) }
    },
    edited("one-point-stale", "The last point's sum still holds the tile before.") {
      $0.sum = { $0.sum(0..<$0.count, from: $0.point == $0.points - 1 ? $0.previous : 0) }
    },
    edited("race-point-lost", "Two threads add to one sum: one tile loses a product at one point.") {
      $0.sum = { $0.tile.number == 1 && $0.point == 0 ? $0.sum(1..<$0.count) : $0.total }
    },
    edited("sum-half", "The sums are kept in half precision.") {
      $0.sum = { products in
        (0..<products.count).reduce(0) {
          ($0 + products.filters[$1] * products.patches[$1]).asHalf
        }
      }
    },
    edited("relu-at-points", "ReLU comes before the output transform.") {
      $0.sum = { max($0.total, 0) }
    },
  ]

  private static let tilesOfWinograd = [
    edited("tile-twice", "One tile is computed twice and added to what is there.") {
      $0.transformedSums = { sums, tile in tile.number == 1 ? sums.map { $0.map { 2 * $0 } } : sums }
    },
    edited("edge-tile-lost", "The sums of the last tile, at the edge, are left at 0.") {
      $0.transformedSums = { sums, tile in
        tile.number == tile.count - 1 ? sums.map { $0.map { _ in 0 } } : sums
      }
    },
    edited("edge-tile-as-interior", "A tile that reaches over the edge is written whole.") {
      $0.isClipped = false
    },
    edited("tile-side-by-side", "With a dilation a tile's pixels are written side by side.") {
      $0.target = { start, number, _ in start + number }
    },
    edited("tile-last-row-unwritten", "A tile's last row is not written.") { formula in
      let last = formula.transform.outputs - 1
      formula.transformedSums = { sums, _ in
        sums.enumerated().map { row, values in row == last ? values.map { _ in .nan } : values }
      }
    },
  ]
}
