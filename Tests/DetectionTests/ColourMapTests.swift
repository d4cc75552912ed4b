import Detection
import Testing

@Suite struct ColourMapTests {
  private static let shares = (0...64).map { Double($0) / 64 }

  @Test func cividisGrowsLighter() {
    let lumas = Self.shares.map { ColourMap.cividis[share: $0].luma }
    #expect(zip(lumas, lumas.dropFirst()).allSatisfy { $0 < $1 })
  }

  /// Lightness tells the size; blue against brown the sign, which lie apart for every kind of colour vision.
  @Test func vikIsLightestInTheMiddleAndItsHalvesDiffer() {
    let colours = Self.shares.map { ColourMap.vik[share: $0] }
    let lower = colours[...32].map(\.luma)
    let upper = colours[32...].map(\.luma)
    #expect(zip(lower, lower.dropFirst()).allSatisfy { $0 < $1 })
    #expect(zip(upper, upper.dropFirst()).allSatisfy { $0 > $1 })
    #expect(colours[32].luma > 0.9)
    #expect(colours[..<30].allSatisfy { $0.blue > $0.red } && colours[34...].allSatisfy { $0.red > $0.blue })
  }

  @Test(arguments: [(-1.0, 0.0), (2, 1), (.infinity, 1), (.nan, 0)])
  func whatLiesOutsideHasTheColourOfAnEnd(share: Double, end: Double) {
    #expect(ColourMap.vik[share: share] == ColourMap.vik[share: end])
  }
}
