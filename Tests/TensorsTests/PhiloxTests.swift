import Tensors
import Testing

@Suite struct PhiloxTests {
  /// Random123's known answers, as golden-format.md lists them.
  @Test(arguments: [
    (
      SIMD4<UInt32>(repeating: 0), SIMD2<UInt32>(repeating: 0),
      SIMD4<UInt32>(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8)
    ),
    (
      SIMD4<UInt32>(repeating: .max), SIMD2<UInt32>(repeating: .max),
      SIMD4<UInt32>(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd)
    ),
    (
      SIMD4<UInt32>(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344),
      SIMD2<UInt32>(0xa409_3822, 0x299f_31d0),
      SIMD4<UInt32>(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1)
    ),
  ])
  func `gives the published words`(counter: SIMD4<UInt32>, key: SIMD2<UInt32>, words: SIMD4<UInt32>) {
    #expect(Philox.block(counter: counter, key: key) == words)
  }

  @Test(arguments: [
    Philox(key: 0, stream: 0), Philox(key: .max, stream: .max),
    Philox(key: 5_765_488_047_046_174_021, stream: 1000),
    Philox(key: 0x5EED, stream: 1 << 40),
  ])
  func `an octet is eight blocks`(generator: Philox) {
    for index in [0, 1, 12_345, 1 << 29] {
      let octet = generator.octet(index)
      for lane in 0..<8 {
        let words = generator.words(ofBlock: UInt64(index * 8 + lane))
        let side = SIMD4(octet.word0[lane], octet.word1[lane], octet.word2[lane], octet.word3[lane])
        #expect(side == SIMD4(UInt64(words[0]), UInt64(words[1]), UInt64(words[2]), UInt64(words[3])))
      }
    }
  }
}
