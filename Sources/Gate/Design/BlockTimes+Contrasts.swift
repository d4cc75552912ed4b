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
}
