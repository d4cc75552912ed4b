/// The rate of `call` in 10⁹ units of work per second: the best of several medians, because a roof is what the machine
/// can do when nobody disturbs it.
///
/// - Parameters:
///   - workPerCall: operations or bytes in one call.
///   - rounds: how many medians the best is taken of.
///   - seconds: per round.
package func measureRate(
  workPerCall: Double, rounds: Int = 5, seconds: Double = 0.05, call: @escaping () -> Void
) -> Double {
  let plan = TimingPlan(
    minimumSamples: 3, maximumSamples: 1000, budget: seconds, warmUp: seconds / 4, precision: 0)
  let medians = (0..<max(rounds, 1)).compactMap { _ in
    measure(arms: [Arm(name: "roof", body: call)], plan: plan).first?.median
  }
  guard let best = medians.min(), best > 0 else { return 0 }
  return workPerCall / best
}

/// The peak in GFLOP/s of a kernel that does `flopsPerCall` operations in each call on all of its threads together.
package func measureRoof(flopsPerCall: Double, call: @escaping () -> Void) -> Double {
  measureRate(workPerCall: flopsPerCall, call: call)
}
