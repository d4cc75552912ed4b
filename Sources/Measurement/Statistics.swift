/// Order statistics of samples. They ask nothing of the distribution, which for timings is skewed and has outliers.
package enum Statistics {
  /// The value in the middle, or the mean of the two; nil for no samples.
  ///
  /// - Complexity: O(n log n).
  package static func median(_ samples: [Double]) -> Double? {
    median(sorted: samples.sorted())
  }

  static func median(sorted: [Double]) -> Double? {
    guard !sorted.isEmpty else { return nil }
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
  }

  /// The median absolute deviation from the median, unscaled: multiply by 1.4826 to estimate a normal
  /// distribution's standard deviation. Nil for no samples.
  package static func medianAbsoluteDeviation(_ samples: [Double]) -> Double? {
    guard let centre = median(samples) else { return nil }
    return median(samples.map { abs($0 - centre) })
  }

  /// The value below which `fraction` of the samples lie, linearly interpolated between the neighbouring order
  /// statistics at position fraction·(n − 1) (Hyndman & Fan 1996, definition 7). Nil for no samples.
  ///
  /// - Parameter fraction: 0…1; 0.99 for the 99th percentile.
  package static func percentile(_ fraction: Double, of samples: [Double]) -> Double? {
    guard !samples.isEmpty else { return nil }
    let sorted = samples.sorted()
    let position = min(max(fraction, 0), 1) * Double(sorted.count - 1)
    let below = Int(position)
    let above = min(below + 1, sorted.count - 1)
    return sorted[below] + (sorted[above] - sorted[below]) * (position - Double(below))
  }
}
