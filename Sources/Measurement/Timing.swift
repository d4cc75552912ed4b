/// What measuring one arm gave.
package struct Timing: Sendable, Hashable {
  /// Why an arm took no further samples.
  package enum Ending: String, Sendable, Hashable, Codable {
    /// The median's interval is as narrow as the plan asks.
    case precise
    /// The time was up first.
    case budgetSpent = "budget_spent"
    /// The plan's largest number of samples was reached first.
    case samplesSpent = "samples_spent"
    /// The caller asked to stop.
    case stopped
  }

  /// The arm's name.
  package let name: String
  /// Nanoseconds per call, in the order in which they were taken; at least one.
  package let samples: [Double]
  /// Calls inside each sample.
  package let repetitions: Int
  package let ending: Ending
  /// The median with its interval.
  package let interval: MedianInterval
  /// The companion's median in the turns that the arm took, in nanoseconds per call; nil where there was none.
  package let companionMedian: Double?

  /// - Parameter samples: nil results from an empty array.
  package init?(
    name: String, samples: [Double], repetitions: Int, ending: Ending, companionMedian: Double? = nil
  ) {
    guard let interval = MedianInterval(samples) else { return nil }
    self.name = name
    self.samples = samples
    self.repetitions = repetitions
    self.ending = ending
    self.interval = interval
    self.companionMedian = companionMedian
  }

  /// The median in nanoseconds per call.
  package var median: Double { interval.median }
}
