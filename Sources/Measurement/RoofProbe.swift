/// The least time of a layer at the roofs, and the work that its implementations are measured beside to know it: as many
/// multiply–adds at the machine's best (see ``measure(arms:beside:plan:clock:isStopped:)``).
///
/// Where a machine has other guests, its peak itself comes and goes by a half within seconds, and against the best that was
/// seen of it a layer looks worse than its kernel is. In turns with it the shares are higher by a tenth, but no steadier:
/// over three runs of 17 large convolutions a layer's highest share was 1.25 times its lowest (1.22 against a peak measured
/// once), at most 1.44 times (1.61); between two other runs all their algorithms' differed by 1.13 (1.15), at most by 1.55
/// (1.38). A busy neighbour may also slow down the peak, which needs nothing but the units that both share, more than the
/// layer. Bandwidths are another matter: see ``RoofBench/probe(flops:bytes:)``.
package struct RoofProbe {
  /// Nil where nothing can be run beside the layer without slowing it down.
  package let arm: Arm?
  /// Of the layer, at the roofs as they were measured once.
  private let leastNanoseconds: Double
  /// Of a call of the arm, at the same.
  private let callNanoseconds: Double

  /// What is measured beside nothing.
  init(leastNanoseconds: Double) {
    self.leastNanoseconds = leastNanoseconds
    callNanoseconds = leastNanoseconds
    arm = nil
  }

  init(leastNanoseconds: Double, callNanoseconds: Double, body: @escaping () -> Void) {
    self.leastNanoseconds = leastNanoseconds
    self.callNanoseconds = callNanoseconds
    arm = Arm(name: "roof", body: body)
  }

  /// The least nanoseconds for the layer at what the machine's best was while `timing` was taken; where that has no companion,
  /// at the roofs as they were measured once.
  package func leastNanoseconds(beside timing: Timing) -> Double {
    leastNanoseconds * (timing.companionMedian.map { $0 / callNanoseconds } ?? 1)
  }
}
