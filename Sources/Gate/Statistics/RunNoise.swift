import Measurement

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// How much the medians of one comparison wander from run to run on one machine and build setup, where nothing changed.
///
/// Samples of one process are not independent: what they share (where its memory lies, who else was busy) shows only
/// between processes. So a ratio of two recorded runs is trusted no further than earlier runs of the same series were
/// seen to wander.
package struct RunNoise: Sendable, Hashable {
  /// The deviation of one run's log median.
  package let deviation: Double
  /// How many deviations the difference of two runs may reach at the level of a verdict, in deviations of that
  /// difference.
  package let reach: Double
  /// Whether it comes from runs, or is assumed for want of them.
  package let isMeasured: Bool

  package init(deviation: Double, reach: Double, isMeasured: Bool) {
    self.deviation = deviation
    self.reach = reach
    self.isMeasured = isMeasured
  }

  /// What is assumed where a series is too young: the variation that was published for hosted CI machines, 2.7 %.
  package static let published = 0.027
  /// So many steps from run to run are needed to measure it: below, the median of their sizes is off by more than half.
  package static let leastSteps = 5

  /// The factor by which a ratio of medians over so many runs on each side is allowed to be off.
  package func allowance(baseRuns: Int, headRuns: Int) -> Double {
    let runs = 1 / Double(max(baseRuns, 1)) + 1 / Double(max(headRuns, 1))
    return exp(reach * deviation * runs.squareRoot())
  }
}

/// The noise of every comparison of a series, from what all of them did.
package struct SeriesNoise<Key: Hashable & Sendable>: Sendable {
  private let deviations: [Key: Double]
  /// The middle of all deviations: none is believed to be quieter.
  private let usual: Double?
  private let reach: Double
  private let normalReach: Double

  /// - Parameters:
  ///   - medians: of the earlier runs, in order, by comparison.
  ///   - alpha: the level on each side, after correction for the family.
  /// - Complexity: O(n log n) in the number of medians.
  package init(_ medians: [Key: [Double]], alpha: Double) {
    let steps = medians.compactMapValues(Self.steps)
    deviations = steps.mapValues(Self.deviation)
    usual = Statistics.median(Array(deviations.values))
    normalReach = Normal.quantile(above: alpha)
    reach = max(normalReach, Self.tail(steps.values))
  }

  /// What is known of one comparison, or assumed.
  package func noise(of key: Key) -> RunNoise {
    guard let own = deviations[key], let usual else {
      return RunNoise(deviation: RunNoise.published, reach: normalReach, isMeasured: false)
    }
    return RunNoise(deviation: max(own, usual), reach: reach, isMeasured: true)
  }

  /// The differences of neighbouring logarithms; nil for too few.
  private static func steps(_ medians: [Double]) -> [Double]? {
    let logs = medians.filter { $0 > 0 }.map { log($0) }
    guard logs.count > RunNoise.leastSteps else { return nil }
    return zip(logs.dropFirst(), logs).map { $0 - $1 }
  }

  /// From the median size of steps, so that a few true changes in the past do not count: a step has √2 times the
  /// deviation of one run.
  private static func deviation(_ steps: [Double]) -> Double {
    1.4826 * (Statistics.median(steps.map { abs($0) }) ?? 0) / 2.0.squareRoot()
  }

  /// The 999th permille of all steps in their own deviations: noise with heavier tails than the normal's reaches
  /// further, and this says how far it was seen to.
  private static func tail(_ all: some Collection<[Double]>) -> Double {
    let sizes = all.flatMap { steps -> [Double] in
      let scale = deviation(steps) * 2.0.squareRoot()
      return scale > 0 ? steps.map { abs($0) / scale } : []
    }
    return Statistics.percentile(0.999, of: sizes) ?? 0
  }
}
