extension Philox {
  /// Eight consecutive blocks side by side, that is the 32 words `32·i …< 32·i + 32`: lane `b` of `words[w]` is word
  /// `w` of block `8·i + b`. The upper half of every 64-bit lane is zero.
  package struct Octet: Sendable {
    package let word0: SIMD8<UInt64>
    package let word1: SIMD8<UInt64>
    package let word2: SIMD8<UInt64>
    package let word3: SIMD8<UInt64>
  }

  /// The words in one octet.
  package static let octetLength = 32

  /// Octet number `index` of the stream, the same bits as ``words(ofBlock:)`` gives.
  package func octet(_ index: Int) -> Octet {
    let low = fourBlocks(from: UInt64(index) &* 8)
    let high = fourBlocks(from: UInt64(index) &* 8 &+ 4)
    return Octet(
      word0: SIMD8(lowHalf: low.0, highHalf: high.0), word1: SIMD8(lowHalf: low.1, highHalf: high.1),
      word2: SIMD8(lowHalf: low.2, highHalf: high.2), word3: SIMD8(lowHalf: low.3, highHalf: high.3))
  }

  /// Ten rounds over the four blocks from `block` on, one lane each. Words are kept in 64-bit lanes, where a 32×32→64
  /// multiplication is one instruction if the compiler sees that the upper halves are zero: hence the masks. Four
  /// lanes at a time fit the registers of the least processor.
  @inline(__always)
  private func fourBlocks(
    from block: UInt64
  ) -> (SIMD4<UInt64>, SIMD4<UInt64>, SIMD4<UInt64>, SIMD4<UInt64>) {
    let low = SIMD4<UInt64>(repeating: 0xFFFF_FFFF)
    let first = SIMD4<UInt64>(repeating: 0xD251_1F53)
    let second = SIMD4<UInt64>(repeating: 0xCD9E_8D57)
    let blocks = SIMD4<UInt64>(repeating: block) &+ SIMD4<UInt64>(0, 1, 2, 3)
    var word0 = blocks & low
    var word1 = blocks &>> 32
    var word2 = SIMD4<UInt64>(repeating: stream & 0xFFFF_FFFF)
    var word3 = SIMD4<UInt64>(repeating: stream >> 32)
    var key0 = UInt32(truncatingIfNeeded: key)
    var key1 = UInt32(truncatingIfNeeded: key >> 32)
    for _ in 0..<10 {
      let product0 = first &* (word0 & low)
      let product1 = second &* (word2 & low)
      word0 = (product1 &>> 32) ^ word1 ^ SIMD4(repeating: UInt64(key0))
      word1 = product1 & low
      word2 = (product0 &>> 32) ^ word3 ^ SIMD4(repeating: UInt64(key1))
      word3 = product0 & low
      key0 &+= 0x9E37_79B9
      key1 &+= 0xBB67_AE85
    }
    return (word0, word1, word2, word3)
  }

  /// Calls `body` with the position in `range` and the word of every number in `range`, in order.
  ///
  /// - Precondition: `range` begins at a multiple of ``octetLength``.
  @inline(__always)
  func forEachWord(in range: Range<Int>, _ body: (Int, UInt32) -> Void) {
    precondition(range.lowerBound % Self.octetLength == 0, "words are drawn by the octet")
    var position = 0
    for index in (range.lowerBound / Self.octetLength)..<((range.upperBound + 31) / Self.octetLength) {
      let octet = octet(index)
      let length = min(Self.octetLength, range.count - position)
      for place in 0..<length {
        let lane = place / 4
        let word =
          switch place % 4 {
          case 0: octet.word0[lane]
          case 1: octet.word1[lane]
          case 2: octet.word2[lane]
          default: octet.word3[lane]
          }
        body(position + place, UInt32(truncatingIfNeeded: word))
      }
      position += length
    }
  }
}
