import Measurement

/// A timing as it is recorded, raw samples included.
package struct TimingRecord: Sendable, Hashable, Codable {
  package var threads: Int
  /// Nanoseconds per call.
  package var median: Double
  /// The ends of the median's interval.
  package var low: Double
  package var high: Double
  /// The probability that such an interval contains the true median.
  package var coverage: Double
  /// Calls inside each sample.
  package var repetitions: Int
  package var ending: Timing.Ending
  /// 10⁹ operations of the direct algorithm per second; nil for layers without multiply–accumulates.
  package var gflops: Double?
  /// The share of the roof, 1 = at the roof; nil where no roofs were measured.
  package var roofFraction: Double?
  /// Nanoseconds per call, in the order in which they were taken.
  package var samples: [Double]

  package init(
    threads: Int, median: Double, low: Double, high: Double, coverage: Double, repetitions: Int,
    ending: Timing.Ending, gflops: Double?, roofFraction: Double?, samples: [Double]
  ) {
    self.threads = threads
    self.median = median
    self.low = low
    self.high = high
    self.coverage = coverage
    self.repetitions = repetitions
    self.ending = ending
    self.gflops = gflops
    self.roofFraction = roofFraction
    self.samples = samples
  }

  /// What was measured of a call with `macs` multiply–accumulates that moves `bytes`.
  package init(_ timing: Timing, threads: Int, macs: Int, bytes: Int, roofs: Roofs?) {
    let flops = 2 * Double(macs)
    self.init(
      threads: threads, median: timing.median, low: timing.interval.low, high: timing.interval.high,
      coverage: timing.interval.coverage, repetitions: timing.repetitions, ending: timing.ending,
      gflops: macs > 0 ? flops / timing.median : nil,
      roofFraction: roofs?.fraction(flops: flops, bytes: bytes, nanoseconds: timing.median),
      samples: timing.samples)
  }

  enum CodingKeys: String, CodingKey {
    case threads, coverage, repetitions, ending, gflops
    case median = "median_ns"
    case low = "ci_low_ns"
    case high = "ci_high_ns"
    case roofFraction = "roof_fraction"
    case samples = "samples_ns"
  }
}
