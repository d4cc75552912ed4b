import Measurement

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A series that has slowly left the best level that it ever held, in steps that are each too small to be told.
package struct Creep: Sendable, Hashable {
  /// Present level ÷ best level.
  package let ratio: Double
  /// The last value of the best level.
  package let bestIndex: Int

  /// So many values make a level. Their median's deviation is 0.56 of one value's (for normal values √(π/2)/√5).
  package static let window = 5
  private static let windowDeviation = 0.5605
  /// How many deviations of the difference of two levels count: with the best of hundreds of levels on the one side,
  /// four keep white noise of 200 values quiet in 99 series of 100 (see the tests).
  private static let reach = 4.0

  /// Nil where the present level is as good as the best one, within the noise and `least`.
  ///
  /// - Parameters:
  ///   - values: positive, in order of time.
  ///   - least: a smaller ratio is not told.
  /// - Complexity: O(n log n).
  package init?(_ values: [Double], least: Double = 1.02) {
    let logs = values.map { log($0) }
    guard logs.count >= 2 * Self.window, let noise = Steps.noise(logs) else { return nil }
    let levels = (Self.window...logs.count).compactMap { end in
      Statistics.median(Array(logs[end - Self.window..<end]))
    }
    let earlier = levels.dropLast(Self.window)
    guard let present = levels.last, let best = earlier.indices.min(by: { earlier[$0] < earlier[$1] }) else {
      return nil
    }
    let gap = present - earlier[best]
    guard gap > log(least), gap > Self.reach * Self.windowDeviation * 2.0.squareRoot() * noise else {
      return nil
    }
    ratio = exp(gap)
    bestIndex = best + Self.window - 1
  }
}
