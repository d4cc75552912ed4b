/// What a process in a block runs.
package enum BlockArm: String, Sendable, Hashable, Codable, CaseIterable {
  case base
  /// The base build once more, from a copy of its file: it must come out equal to the base.
  case control
  case head
}

/// The order of one block: base and control beside two visits of the head, in the balanced order ABBA or BAAB that a
/// fair coin chooses, and another coin says which of the two visits of the base is the control.
///
/// The order cancels whatever drifts linearly through the block. The coins make the test exact: if head and base are
/// equally fast, exchanging their names changes nothing, so the block's contrast is as likely to be mirrored, whatever
/// the noise, and whatever blocks have in common.
package struct BlockOrder: Sendable, Hashable {
  package let arms: [BlockArm]

  package init(using generator: inout some RandomNumberGenerator) {
    let (first, second): (BlockArm, BlockArm) =
      Bool.random(using: &generator) ? (.base, .control) : (.control, .base)
    arms =
      Bool.random(using: &generator)
      ? [first, .head, .head, second] : [.head, first, second, .head]
  }
}

/// What one layer took in one block: nanoseconds per call, one number for each process.
package struct BlockTimes: Sendable, Hashable {
  package let base: Double
  package let control: Double
  package let heads: [Double]

  /// - Parameter values: in the order of `arms`. Nil where an arm is missing or a time is not positive.
  package init?(arms: [BlockArm], values: [Double]) {
    var base: Double?
    var control: Double?
    var heads: [Double] = []
    for (arm, value) in zip(arms, values) where value > 0 && value.isFinite {
      switch arm {
      case .base: base = value
      case .control: control = value
      case .head: heads.append(value)
      }
    }
    guard let base, let control, heads.count == 2 else { return nil }
    self.base = base
    self.control = control
    self.heads = heads
  }
}
