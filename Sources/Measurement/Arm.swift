/// One of the things that are measured against each other.
package struct Arm {
  /// The name that its ``Timing`` carries.
  package let name: String
  /// Nanoseconds of single calls that somebody timed before, for instance while verifying. They count as samples
  /// when a call is long enough to be a sample by itself (see ``TimingPlan/sampleDuration`` and
  /// ``TimingPlan/longCall``); of shorter calls they are forgotten, because those were not warmed up.
  package let earlierSamples: [Double]
  /// One call of what is measured.
  package let body: () -> Void

  package init(name: String, earlierSamples: [Double] = [], body: @escaping () -> Void) {
    self.name = name
    self.earlierSamples = earlierSamples
    self.body = body
  }
}
