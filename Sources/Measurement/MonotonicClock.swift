#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The system's monotonic clock (`CLOCK_MONOTONIC`): never set back, not affected by changes of the date.
package enum MonotonicClock {
  /// Nanoseconds since a fixed point of the past.
  package static func now() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// The nanoseconds that `body` took, with its result.
  package static func time<Result>(_ body: () throws -> Result) rethrows -> (
    nanoseconds: UInt64, result: Result
  ) {
    let start = now()
    let result = try body()
    return (now() - start, result)
  }
}
