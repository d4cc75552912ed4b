#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension BlockTimes {
  /// The mean log of the head's two processes less that of the base's two: the log of the ratio head ÷ base.
  package var contrast: Double {
    (heads.map { log($0) }.reduce(0, +) - log(base) - log(control)) / 2
  }

  /// The same of the control against the base, which must be 0.
  package var controlContrast: Double { log(control) - log(base) }

  /// What the block says of noise.
  package var noise: BlockNoise {
    let differences = [controlContrast, log(heads[1]) - log(heads[0])]
    // A difference of two processes has twice the variance of half the difference of two pairs.
    return BlockNoise(contrast: contrast, within: differences.map { abs($0) / 2.0.squareRoot() })
  }
}

/// What one block says of a comparison's noise.
package struct BlockNoise: Sendable, Hashable {
  package let contrast: Double
  /// The sizes of the differences within the base's pair of processes and within the head's, brought to a contrast's
  /// deviation. Exchanging the pairs' names exchanges the two.
  package let within: [Double]

  package init(contrast: Double, within: [Double] = []) {
    self.contrast = contrast
    self.within = within
  }

  /// The contrast's and two differences'.
  static let sizesPerBlock = 3

  /// All that may be looked at before the verdict: without signs.
  package var sizes: [Double] { [abs(contrast)] + within }
}
