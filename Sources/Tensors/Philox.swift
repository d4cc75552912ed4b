/// Philox4x32-10, the counter-based generator of Salmon et al., *Parallel Random Numbers: As Easy as 1, 2, 3*,
/// SC 2011. Word `i` of a stream depends on nothing but its number, so a tensor can be made from any element on.
package struct Philox: Sendable, Hashable {
  /// The 64-bit key.
  package let key: UInt64
  /// The stream: the upper half of the 128-bit counter.
  package let stream: UInt64

  package init(key: UInt64, stream: UInt64) {
    self.key = key
    self.stream = stream
  }

  /// The four words of the block with number `block`.
  package func words(ofBlock block: UInt64) -> SIMD4<UInt32> {
    Self.block(
      counter: SIMD4(
        UInt32(truncatingIfNeeded: block), UInt32(truncatingIfNeeded: block >> 32),
        UInt32(truncatingIfNeeded: stream), UInt32(truncatingIfNeeded: stream >> 32)),
      key: SIMD2(UInt32(truncatingIfNeeded: key), UInt32(truncatingIfNeeded: key >> 32)))
  }

  /// Ten rounds of the Philox bijection over one counter.
  package static func block(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    var counter = counter
    var key = key
    for round in 0..<10 {
      if round > 0 { key &+= SIMD2(0x9E37_79B9, 0xBB67_AE85) }
      let first = UInt64(0xD251_1F53) &* UInt64(counter[0])
      let second = UInt64(0xCD9E_8D57) &* UInt64(counter[2])
      counter = SIMD4(
        UInt32(truncatingIfNeeded: second >> 32) ^ counter[1] ^ key[0], UInt32(truncatingIfNeeded: second),
        UInt32(truncatingIfNeeded: first >> 32) ^ counter[3] ^ key[1], UInt32(truncatingIfNeeded: first))
    }
    return counter
  }

  /// Calls `body` with every word number below `count` and its word, in order.
  package func forEachWord(count: Int, _ body: (Int, UInt32) -> Void) {
    var index = 0
    while index < count {
      let words = words(ofBlock: UInt64(index / 4))
      for lane in 0..<min(4, count - index) { body(index + lane, words[lane]) }
      index += 4
    }
  }
}
