import ArgumentParser
import Catalogue
import Faults

/// The checkers' own check.
struct SelftestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "selftest", abstract: "Proves that the checkers can fail: seeded faults must all be caught.",
    discussion: """
      Example: efgrbench selftest --kind conv2d --json selftest.json

      Seeded faults in every kind's kernels and in the comparator itself are held against the checks that verify and \
      run apply. Exit code 10 if one is missed. With --gate the regression gate is proved instead: suites in which \
      nothing changed, slow-downs put into one layer of a copy of this program, and a simulation on the noise recorded.
      """)

  @Option(help: ArgumentHelp("Only the faults of one kind, such as conv2d.", valueName: "kind"))
  var kind: String?
  @Option(
    help: ArgumentHelp("Write the results as JSON to a file; - for standard output.", valueName: "file"))
  var json: String?
  @OptionGroup var gate: GateTestOptions

  func run() throws {
    try endingProgram {
      Interruption.listen()
      if gate.gate { return try GateSelftest(gate).run() }
      let kinds = try resolveKinds()
      let progress = Progress()
      var reports: [KindReport] = []
      for (index, kind) in kinds.enumerated() where !Interruption.isRequested {
        progress.show(kind.rawValue, done: index, total: kinds.count)
        reports.append(try KindReport(of: kind))
      }
      progress.clear()
      let comparators = try ComparatorReport()
      if let json { try JSONOutput.write(SelftestDocument(reports, comparators), to: json) }
      if json != "-" { SelftestSummary(reports: reports, comparators: comparators).print() }
      let isGood = comparators.isGood && reports.allSatisfy(\.isGood)
      return max(isGood ? .good : .checkFailed, reports.count == kinds.count ? .good : .notCovered)
    }
  }

  private func resolveKinds() throws -> [LayerKind] {
    guard let kind else { return LayerKind.allCases }
    guard let known = LayerKind(rawValue: kind) else {
      throw ProgramError.usage(
        "There is no kind \"\(kind)\"; there are \(LayerKind.allCases.map(\.rawValue).joined(separator: ", "))."
      )
    }
    return [known]
  }
}
