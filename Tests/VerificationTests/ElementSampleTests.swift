import Testing
import Verification

@Suite("Elements judged in place of all") struct ElementSampleTests {
  @Test("are all of them where there are few")
  func few() {
    #expect(ElementSample.indices(below: 5) == [0, 1, 2, 3, 4])
    #expect(ElementSample.indices(below: 0).isEmpty)
  }

  @Test("are distinct, ascending, spread evenly, and meet every column", arguments: [2049, 25_600, 1 << 24])
  func many(count: Int) {
    let indices = ElementSample.indices(below: count)
    #expect(indices.allSatisfy { (0..<count).contains($0) })
    #expect(zip(indices, indices.dropFirst()).allSatisfy { $0 < $1 })
    // Three gap lengths at most (Steinhaus), the longest φ² of the mean or less, plus what rounding down moves.
    let longest = zip(indices, indices.dropFirst()).map { $1 - $0 }.max() ?? count
    #expect(Double(longest) <= 2.62 * Double(count) / Double(ElementSample.size) + 1)
    for width in [8, 16, 32, 64] where width < indices.count / 16 {
      #expect(Set(indices.map { $0 % width }).count == width)
    }
  }
}
