import Tensors
import Testing

@Suite struct RecipeTests {
  private static let generator = Philox(key: 0xFEDC_BA98_7654_3210, stream: 77)

  /// Counts at the edges of octets and of concurrent chunks.
  @Test(arguments: [1, 3, 31, 32, 33, 65_535, 65_536, 65_537, 200_003])
  func `follows the format word by word`(count: Int) throws {
    let shape = try Shape([count])
    func values(_ distribution: Recipe.Distribution) -> [Float] {
      Recipe(shape: shape, distribution: distribution, generator: Self.generator).makeTensor().values
    }
    let scale: Float = 0.3
    let uniform = values(.uniform(scale: scale))
    let nonnegative = values(.nonnegative(scale: scale))
    let integer = values(.integer(range: 8))
    let magnitude = values(.nonnegativeInteger(range: 8))
    Self.generator.forEachWord(count: count) { index, word in
      let expected = Float(Int32(bitPattern: word) >> 8) * 0x1p-23 * scale
      let whole = Float(Int64((UInt64(word) * 17) >> 32) - 8)
      guard
        uniform[index] != expected || nonnegative[index] != abs(expected) || integer[index] != whole
          || magnitude[index] != abs(whole)
      else { return }
      Issue.record("element \(index) departs from the recipe")
    }
    #expect(values(.constant(-7.25)) == [Float](repeating: -7.25, count: count))
  }
}
