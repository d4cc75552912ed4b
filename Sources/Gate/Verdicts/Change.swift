/// What is said of a layer's time.
package enum Change: String, Sendable, Hashable, Codable, CaseIterable {
  case faster, slower
  /// Shown to be equal within the margin, not merely "no difference found".
  case same
  case inconclusive
  /// No time may be judged: the layer is wrong or was not measured on one side.
  case none
}

/// A ratio head ÷ base of times with its exact interval.
package struct RatioInterval: Sendable, Hashable, Codable {
  package let ratio: Double
  /// 0 where there is too little to tell.
  package let low: Double
  /// Nil where there is too little to tell: infinite.
  package let high: Double?
  /// The probability that such an interval contains the true ratio.
  package let coverage: Double

  package init(ratio: Double, low: Double, high: Double?, coverage: Double) {
    self.ratio = ratio
    self.low = low
    self.high = high
    self.coverage = coverage
  }
}
