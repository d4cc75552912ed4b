import ArgumentParser
import Catalogue
import Faults
import History

/// The checkers' own check.
struct SelftestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "selftest", abstract: "Proves that the checkers can fail: seeded faults must all be caught.",
    discussion: """
      Example: efgrbench selftest --kind conv2d --json selftest.json

      Seeded faults in every kind's kernels and in the comparator itself are held against the checks that verify and \
      run apply, on fixed probes and on small golden cases. Correct implementations are judged beside them, also by \
      tolerances that others picked by hand. Exit code 10 if a fault is missed or a right output fails. With --gate \
      the regression gate is proved instead: suites in which nothing changed, slow-downs put into one layer of a copy \
      of this program, and a simulation on the noise recorded.
      """)

  @Option(help: ArgumentHelp("Only the faults of one kind, such as conv2d.", valueName: "kind"))
  var kind: String?
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var golden: GoldenOptions
  @Option(
    help: ArgumentHelp(
      "Keep the result in a database, for the reports of runs of the same build.", valueName: "file"))
  var db: String?
  @Option(
    help: ArgumentHelp("Write the results as JSON to a file; - for standard output.", valueName: "file"))
  var json: String?
  @OptionGroup var gate: GateTestOptions

  func run() throws {
    try endingProgram {
      Interruption.listen()
      if gate.gate { return try GateSelftest(gate).run() }
      let kinds = try resolveKinds()
      let database = try db.map { try HistoryDatabase(path: $0, for: .recording) }
      let workbench = try Workbench(compute)
      if let fault = workbench.oracleFault { Notice.print(fault) }
      let goldens = try SelftestGoldens(folder: golden.golden, kinds: kinds)
      if goldens.probes.isEmpty {
        Notice.print("\(golden.golden) holds no small golden cases to try faults on.")
      }
      let (reports, outputs) = try tryFaults(kinds, goldens, workbench)
      let comparators = try ComparatorReport()
      let tolerances = ToleranceReport(outputs, reports.flatMap(\.findings))
      let document = SelftestDocument(reports, comparators, tolerances)
      if let json { try JSONOutput.write(document, to: json) }
      if json != "-" {
        SelftestSummary(reports: reports, comparators: comparators, tolerances: tolerances).print()
      }
      let isWhole = reports.count == kinds.count && !Interruption.isRequested
      if isWhole, kind == nil { try database?.attach(document: document, schema: SelftestDocument.schema) }
      let isGood = comparators.isGood && reports.allSatisfy(\.isGood) && tolerances.isGood
      return max(isGood ? .good : .checkFailed, isWhole ? .good : .notCovered)
    }
  }

  private func tryFaults(
    _ kinds: [LayerKind], _ goldens: SelftestGoldens, _ workbench: Workbench
  ) throws -> (reports: [KindReport], outputs: [RightOutput]) {
    let progress = Progress()
    defer { progress.clear() }
    var reports: [KindReport] = []
    for (index, kind) in kinds.enumerated() where !Interruption.isRequested {
      progress.show(kind.rawValue, done: index, total: kinds.count)
      reports.append(try KindReport(of: kind, more: goldens.probes, backends: workbench.backends))
    }
    let layers = try goldens.layerOutputs(workbench.backends) {
      progress.show($0, done: kinds.count, total: kinds.count)
    }
    return (reports, reports.flatMap(\.rightOutputs) + layers)
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
