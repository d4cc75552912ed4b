import Measurement

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

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

  /// From the samples of a block's four processes, which they took by turns: first everybody's first one, then
  /// everybody's second one.
  ///
  /// What slows a machine down for longer than such a pass takes slows all four samples of it, and cancels in their
  /// differences; what hits one sample spoils one pass. So the block's contrast is the median of its passes' contrasts, and
  /// the control's likewise; the times are those that have these contrasts, at the passes' median level. On a shared
  /// machine of two cores twelve passes so had less than half the noise of the quickest of three samples: 2.9 % in the
  /// middle of 116 layers for 6.2 %, and 13 for 37 in the worst.
  ///
  /// Exchanging base and control with the head's two processes exchanges their times exactly, as a test by coins needs.
  ///
  /// - Parameters:
  ///   - arms: of the processes.
  ///   - samples: nanoseconds, by process. Passes that not all of them have are left out.
  package init?(arms: [BlockArm], samples: [[Double]]) {
    let passes = samples.map(\.count).min() ?? 0
    let seen = (0..<passes).compactMap { pass in
      BlockTimes(arms: arms, values: samples.map { $0[pass] })
    }
    func median(_ value: (BlockTimes) -> Double) -> Double { Statistics.median(seen.map(value)) ?? .nan }
    let level = median { ($0.heads.map { log($0) }.reduce(0, +) + log($0.base) + log($0.control)) / 4 }
    let head = median(\.contrast) / 2
    let control = median(\.controlContrast) / 2
    let second = median { log($0.heads[1]) - log($0.heads[0]) } / 2
    let times = [
      level - head - control, level - head + control, level + head - second, level + head + second,
    ].map { exp($0) }
    self.init(arms: [.base, .control, .head, .head], values: times)
  }
}
