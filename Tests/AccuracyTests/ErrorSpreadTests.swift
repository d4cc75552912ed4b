import Catalogue
import Tensors
import Testing

@testable import Accuracy

@Suite("How errors are spread")
struct ErrorSpreadTests {
  @Test(arguments: [
    (0.0, 0), (1e-300, 1), (6.0e-5, 1), (6.2e-5, 2), (0.25, 14), (0.499, 14), (0.5, 15), (1, 15),
    (1.000_001, 16),
    (.infinity, 16), (.nan, 16),
  ])
  func ratiosFallIntoOctaves(ratio: Double, bin: Int) {
    #expect(ErrorSpread.bin(ratio: ratio) == bin)
  }

  @Test(arguments: [(0, 0), (1, 1), (2, 2), (3, 2), (4, 3), (65_535, 16), (65_536, 17), (ULP.farthest, 17)])
  func distancesFallIntoOctaves(ulp: Int, bin: Int) {
    #expect(ErrorSpread.bin(ulp: ulp) == bin)
  }

  @Test(arguments: [
    ([1, 3, 320, 320], 20, 20), ([2, 1, 5, 5], 5, 5), ([1, 1, 40, 21], 20, 11), ([1, 4, 1, 2], 1, 2),
  ])
  func mapsHaveAtMostTwentyCellsEachWay(extents: [Int], rows: Int, columns: Int) throws {
    let map = try #require(ErrorMap(shape: Shape(trusted: extents)))
    #expect(map.rows == rows && map.columns == columns)
  }

  @Test(arguments: [[3, 4], [1, 8, 1, 1], [6375]])
  func whatIsNoMapHasNone(extents: [Int]) {
    #expect(ErrorMap(shape: Shape(trusted: extents)) == nil)
  }

  @Test func theLargestOfACellIsKept() throws {
    let shape = Shape(trusted: [2, 2, 40, 40])
    var map = try #require(ErrorMap(shape: shape))
    let place = { (n: Int, c: Int, h: Int, w: Int) in ((n * 2 + c) * 40 + h) * 40 + w }
    map.add(flat: place(0, 0, 0, 0), ratio: 0.1)
    map.add(flat: place(1, 1, 1, 1), ratio: 0.3)
    map.add(flat: place(0, 1, 1, 0), ratio: 0.2)
    map.add(flat: place(1, 0, 39, 38), ratio: .nan)
    #expect(map.cells[0] == 0.3)
    #expect(map.cells[399] == .infinity)
    #expect(map.cells.count { $0 != nil } == 2)
  }

  @Test func aComparisonCountsEveryElement() throws {
    let shape = Shape(trusted: [1, 1, 2, 2])
    let layer = try Layer(name: "relu", operation: .relu, inputShapes: [shape])
    let verdict = Comparison.judge(
      layer: layer, output: Tensor(shape, values: [1, 2, 3, 4]),
      truth: Truth(shape: shape, values: [1, 2, 3, 4.5]),
      bounds: ErrorBounds(guaranteed: [1, 1, 1, 1], probabilistic: [1, 1, 1, 1]), exact: false)
    let spread = try #require(verdict.spread)
    #expect(spread.ratios.reduce(0, +) == 4 && spread.ratios[0] == 3 && spread.ratios[15] == 1)
    #expect(spread.ulps[0] == 3)
    #expect(spread.map?.cells == [0, 0, 0, 0.5])
    #expect(verdict.overruled(by: .failed, "").spread == spread)
  }
}
