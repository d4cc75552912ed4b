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
  /// The share of the roof, 1 = at the roof, as it was while the samples were taken; nil where no roofs were measured.
  /// Algorithms that need fewer operations than the direct one, such as Winograd's, may go above it.
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

  /// What was measured of a call with `macs` multiply–accumulates.
  ///
  /// - Parameter probe: what the call was measured beside; nil gives no share of the roof.
  package init(_ timing: Timing, threads: Int, macs: Int, probe: RoofProbe?) {
    self.init(
      threads: threads, median: timing.median, low: timing.interval.low, high: timing.interval.high,
      coverage: timing.interval.coverage, repetitions: timing.repetitions, ending: timing.ending,
      gflops: macs > 0 ? 2 * Double(macs) / timing.median : nil,
      roofFraction: probe.map { $0.leastNanoseconds(beside: timing) / timing.median },
      samples: timing.samples)
  }

  /// The least nanoseconds that the roofs allowed while the samples were taken.
  package var leastNanoseconds: Double? { roofFraction.map { $0 * median } }

  enum CodingKeys: String, CodingKey {
    case threads, coverage, repetitions, ending, gflops
    case median = "median_ns"
    case low = "ci_low_ns"
    case high = "ci_high_ns"
    case roofFraction = "roof_fraction"
    case samples = "samples_ns"
  }
}
