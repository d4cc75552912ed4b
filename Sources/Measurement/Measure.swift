/// Times `arms` against each other.
///
/// Arms run in alternating blocks A B C, C B A: every arm's samples have the same mean position in a block, so a
/// machine that slowly speeds up or slows down favours none. An arm leaves the blocks when it is precise enough or
/// has spent its budget; slow arms so stop after few samples while quick ones go on.
///
/// Short samples (``TimingPlan/settling``) follow as many calls that are not timed: the arm before has filled the caches,
/// and an arm's own helpers went to sleep meanwhile. How long one takes must not depend on which the other arms are.
///
/// - Parameters:
///   - companion: takes samples between theirs as long as any arm does, itself never precise enough: something that all are
///     compared with on a machine whose speed comes and goes, such as a ``RoofProbe``. It takes a tenth of the arms' time: a
///     turn in every block of slow arms, seldom one where only quick ones are left. With two milliseconds of the peak before every
///     call, convolutions of 0.05 and 0.3 ms took 1.2 and 1.09 times as long, before each fourth 1.05 and 1.02; ones of 0.6
///     to 9 ms no longer than alone (0.99 to 1.02).
///   - plan: how much is enough.
///   - clock: nanoseconds of a clock that never goes back.
///   - isStopped: asked before every sample; true ends the measuring with what there is.
/// - Returns: one timing per arm that has at least one sample, in the order of `arms`.
package func measure(
  arms: [Arm], beside companion: Arm? = nil, plan: TimingPlan,
  clock: @escaping () -> UInt64 = MonotonicClock.now,
  isStopped: @escaping () -> Bool = { false }
) -> [Timing] {
  var series: [Series] = []
  for arm in arms where !isStopped() {
    series.append(Series(arm: arm, plan: plan, clock: clock))
  }
  var beside =
    series.contains { $0.ending == nil } && !isStopped()
    ? companion.map { Series(arm: $0, plan: plan, clock: clock) } : nil
  let takesTurns = series.count > 1 || beside != nil
  var forward = true
  // What the arms had spent when the companion took its last turn.
  var spentBefore = 0.0
  while !isStopped(), series.contains(where: { $0.ending == nil }) {
    let spent = series.reduce(0) { $0 + $1.spent }
    if let companion = beside, companion.lastCost <= Series.companionShare * (spent - spentBefore) {
      beside?.takeSample(settlingFirst: takesTurns)
      spentBefore = spent
    }
    let order = forward ? Array(series.indices) : series.indices.reversed()
    for index in order where series[index].ending == nil && !isStopped() {
      series[index].takeSample(settlingFirst: takesTurns)
      series[index].companionTurns = beside?.turns ?? 0
    }
    forward.toggle()
  }
  return series.compactMap { $0.timing(beside: beside) }
}

/// One arm on its way to a timing.
private struct Series {
  let arm: Arm
  let plan: TimingPlan
  let clock: () -> UInt64
  private var repetitions = 1
  private var samples: [Double] = []
  /// How many of the samples were taken in turns.
  private(set) var turns = 0
  /// How many the companion had taken when this took its last one.
  var companionTurns = 0
  /// Nanoseconds of samples, and of what settled them.
  private(set) var spent = 0.0
  /// The same of the last one.
  private(set) var lastCost = 0.0
  /// Nanoseconds of the sample before.
  private var lastElapsed = 0.0
  private(set) var ending: Timing.Ending?

  /// What a turn of a companion takes, of what the arms spend between its turns.
  static let companionShare = 0.1

  init(arm: Arm, plan: TimingPlan, clock: @escaping () -> UInt64) {
    self.arm = arm
    self.plan = plan
    self.clock = clock
    if let quickest = arm.earlierSamples.min(), quickest >= plan.longCall * 1e9 {
      lastElapsed = quickest
      arm.earlierSamples.forEach { keep($0, cost: $0) }
    } else {
      warmUp()
    }
  }

  func timing(beside companion: Series?) -> Timing? {
    let shared = companion.map { $0.samples.suffix($0.turns).prefix(max(companionTurns, 1)) } ?? []
    return Timing(
      name: arm.name, samples: samples, repetitions: repetitions, ending: ending ?? .stopped,
      companionMedian: MedianInterval(Array(shared))?.median)
  }

  /// - Parameter settlingFirst: whether other arms ran since the last sample.
  mutating func takeSample(settlingFirst: Bool) {
    let settles = settlingFirst && lastElapsed < plan.settling * 1e9
    let settling = settles ? run(repetitions) : 0
    let elapsed = run(repetitions)
    lastElapsed = elapsed
    turns += 1
    keep(elapsed / Double(repetitions), cost: settling + elapsed)
  }

  /// Finds how many calls make a sample, doubling at the least each time, then runs on until the warm-up is over.
  private mutating func warmUp() {
    var elapsed = run(1)
    lastElapsed = elapsed
    if elapsed >= plan.longCall * 1e9 {
      keep(elapsed, cost: elapsed)
      return
    }
    var total = elapsed
    let target = plan.sampleDuration * 1e9
    while elapsed < target, repetitions < 1 << 30 {
      let needed = elapsed > 0 ? Double(repetitions) * target / elapsed * 1.1 : 0
      repetitions = max(repetitions * 2, Int(min(needed, Double(1 << 30)).rounded(.up)))
      elapsed = run(repetitions)
      total += elapsed
    }
    while total < plan.warmUp * 1e9 {
      let more = run(repetitions)
      guard more > 0 else { break }
      total += more
    }
  }

  /// Nanoseconds of `count` calls.
  private func run(_ count: Int) -> Double {
    let start = clock()
    for _ in 0..<count { arm.body() }
    return Double(clock() - start)
  }

  private mutating func keep(_ sample: Double, cost: Double) {
    samples.append(sample)
    spent += cost
    lastCost = cost
    guard samples.count >= plan.minimumSamples else { return }
    if isPrecise {
      ending = .precise
    } else if spent >= plan.budget * 1e9 {
      ending = .budgetSpent
    } else if samples.count >= plan.maximumSamples {
      ending = .samplesSpent
    }
  }

  /// Whether the interval is narrow enough and has its full coverage, which takes six samples.
  private var isPrecise: Bool {
    guard samples.count >= 6, let interval = MedianInterval(samples) else { return false }
    return interval.relativeHalfWidth <= plan.precision
  }
}
