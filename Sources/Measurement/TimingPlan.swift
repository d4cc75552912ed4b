/// How much measuring is enough. All budgets hold per arm.
package struct TimingPlan: Sendable, Hashable, Codable {
  /// An arm takes at least so many samples, whatever it costs.
  package var minimumSamples: Int
  /// And at most so many.
  package var maximumSamples: Int
  /// Seconds of samples after which an arm with `minimumSamples` stops.
  package var budget: Double
  /// Seconds of calls before the first sample, thrown away.
  package var warmUp: Double
  /// The least duration of a sample in seconds: shorter calls are repeated inside one sample, so that the clock's
  /// own cost (tens of nanoseconds) stays below 0.1 %.
  package var sampleDuration: Double
  /// A sample of fewer seconds follows calls that are not timed, where arms take turns. They count towards the budget.
  package var settling: Double
  /// The half-width of the median's 95 % interval, relative to the median, at which an arm is precise enough.
  package var precision: Double
  /// A call of at least so many seconds needs no warm-up: what first calls pay (page faults, cold caches,
  /// milliseconds) vanishes in it. Its first call is kept as a sample.
  package var longCall: Double

  package init(
    minimumSamples: Int, maximumSamples: Int, budget: Double, warmUp: Double,
    sampleDuration: Double = 0.0002, settling: Double = 0.01, precision: Double = 0.01,
    longCall: Double = 0.25
  ) {
    precondition(minimumSamples >= 1 && maximumSamples >= minimumSamples)
    self.minimumSamples = minimumSamples
    self.maximumSamples = maximumSamples
    self.budget = budget
    self.warmUp = warmUp
    self.sampleDuration = sampleDuration
    self.settling = settling
    self.precision = precision
    self.longCall = longCall
  }

  /// For `--quick`: a first impression, about 0.05 s per arm.
  package static let quick = TimingPlan(minimumSamples: 1, maximumSamples: 40, budget: 0.05, warmUp: 0.005)
  /// For a recorded run: ±1 % where 0.4 s per arm allow it.
  package static let full = TimingPlan(minimumSamples: 3, maximumSamples: 200, budget: 0.4, warmUp: 0.02)
}
