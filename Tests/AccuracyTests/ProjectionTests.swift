import Accuracy
import Tensors
import Testing

@Suite struct ProjectionTests {
  /// Word by word, as golden-format.md says it.
  private func plain(_ values: [Float], count: Int) -> [Double] {
    (0..<count).map { projection in
      var sum = 0.0
      Philox(key: 0x5EED, stream: UInt64(1000 + projection)).forEachWord(count: values.count) { index, word in
        sum += word & 1 == 0 ? Double(values[index]) : -Double(values[index])
      }
      return sum
    }
  }

  /// Integers, so that any order of the sum gives the same; counts around octets and chunks.
  @Test(arguments: [1, 2, 3, 4, 5, 31, 32, 33, 32_767, 32_768, 32_769, 100_001])
  func `signs are the format's`(count: Int) {
    let values = random(count, scale: 100, stream: 1).map { $0.rounded() }
    #expect(Projections.of(values, count: 8) == plain(values, count: 8))
  }

  private static let values = random(50_000, stream: 2)

  private func check(
    _ output: [Float], bound: Double = 1e-6, truth: [Double]? = nil
  ) -> Projections.Verdict {
    let count = Double(output.count)
    return Projections.check(
      output: Tensor(Shape(trusted: [output.count]), values: output),
      truth: truth ?? plain(Self.values, count: 8),
      boundSum: bound * count, boundSquares: bound * bound * count)
  }

  @Test func `the right output passes`() {
    #expect(check(Self.values).status == .passed)
    #expect(check(Self.values, bound: 0).status == .passed)
  }

  @Test func `errors within their bounds pass`() {
    let noise = random(Self.values.count, scale: 1e-6, stream: 3)
    #expect(check(zip(Self.values, noise).map(+)).status.isGood)
  }

  /// √(2·ln(2/10⁻¹²)·50000)·10⁻⁶ = 1.7·10⁻³: a fault of that size anywhere is seen.
  @Test(arguments: [0, 31, 32, 32_767, 32_768, 49_999])
  func `one wrong element is seen`(index: Int) {
    var output = Self.values
    output[index] += 0.01
    #expect(check(output).status == .marginal)
    output[index] += 1
    #expect(check(output).status == .failed)
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func `NaN and infinity fail`(value: Float) {
    var output = Self.values
    output[777] = value
    #expect(check(output).status == .failed)
  }

  @Test func `swapped elements are seen`() {
    #expect(check(Self.values.reversed()).status == .failed)
  }

  @Test func `no projection, no trust`() {
    #expect(check(Self.values, truth: []).status == .mistrusted)
  }
}
