/// The least time of a layer at the roofs, and the work that its implementations are measured beside to know it: as many
/// multiply–adds at the machine's best (see ``measure(arms:beside:plan:clock:isStopped:)``).
///
/// Where a machine has other guests, its peak itself comes and goes by a half within seconds. Against the best that was seen
/// of it, one and the same convolution had shares from 57 to 90 % in a day; against the peak in turns with it, 74 to 89 %.
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
