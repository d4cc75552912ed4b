import Accuracy

/// How the derived bounds and the picked tolerances have judged the same right and wrong outputs.
package struct ToleranceReport: Sendable {
  /// One judge.
  package struct Row: Sendable {
    package let id: String
    package let sentence: String
    /// How many outputs of correct implementations it fails.
    package let falseAlarms: Int
    /// How many outputs with a seeded fault it passes, of those that leave their bound.
    package let passedWrong: Int
    /// How many faults, each in one kind, it fails on no probe at all.
    package let missedFaults: Int
    /// How many outputs it passes in which one element is ``RightOutput/displacement`` bounds off.
    package let passedDisplaced: Int
  }

  /// Outputs of correct implementations.
  package let right: Int
  /// Outputs with a seeded fault that leave their bound.
  package let wrong: Int
  /// Faults, each in one kind, that change a result.
  package let faults: Int
  /// Outputs with one element moved.
  package let displaced: Int
  /// The derived bounds first.
  package let rows: [Row]

  /// - Parameters:
  ///   - outputs: of correct implementations.
  ///   - findings: of every fault in every kind.
  package init(_ outputs: [RightOutput], _ findings: [Finding]) {
    let caught = findings.filter { $0.failures > 0 }
    right = outputs.count
    wrong = caught.reduce(0) { $0 + $1.failures }
    faults = findings.count { $0.changed > 0 }
    displaced = outputs.reduce(0) { $0 + $1.displaced }
    func passedDisplaced(_ id: String) -> Int {
      outputs.reduce(0) { $0 + $1.displacedPassed[id, default: 0] }
    }
    let derived = Row(
      id: Tolerance.derived, sentence: Tolerance.derivedSentence,
      falseAlarms: outputs.count { $0.verdict.status == .failed }, passedWrong: 0,
      missedFaults: findings.count { $0.changed > 0 && $0.failures == 0 },
      passedDisplaced: passedDisplaced(Tolerance.derived))
    rows =
      [derived]
      + Tolerance.all.map { tolerance in
        Row(
          id: tolerance.id, sentence: tolerance.sentence,
          falseAlarms: outputs.count { $0.alarms.contains(tolerance.id) },
          passedWrong: caught.reduce(0) { $0 + $1.failures - $1.toleranceCatches[tolerance.id, default: 0] },
          missedFaults: findings.count {
            $0.changed > 0 && $0.toleranceCatches[tolerance.id, default: 0] == 0
          },
          passedDisplaced: passedDisplaced(tolerance.id))
      }
  }

  /// Whether the derived bounds are right about everything.
  package var isGood: Bool {
    rows.first.map { $0.falseAlarms == 0 && $0.missedFaults == 0 && $0.passedDisplaced == 0 } ?? false
  }
}
