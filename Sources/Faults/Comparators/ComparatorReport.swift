/// What the self-test finds about judges.
package struct ComparatorReport: Sendable {
  package let battery: [Exhibit]
  /// One per faulty judge.
  package let findings: [ComparatorFinding]
  /// The exhibits that the standard judge, or the unedited formula, gets wrong.
  package let mistakes: [String]

  package init() throws {
    let battery = try Exhibit.battery()
    self.battery = battery
    findings = ComparatorFault.all.map { ComparatorFinding($0, battery: battery) }
    mistakes =
      battery.filter { !$0.accepts($0.status) }.map(\.name)
      + ComparatorFault.unedited.mistakes(on: battery).map(\.name)
  }

  package var isGood: Bool { !battery.isEmpty && mistakes.isEmpty && findings.allSatisfy(\.isCaught) }
}
