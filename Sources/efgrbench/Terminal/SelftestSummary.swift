import Catalogue
import Faults

/// What the self-test found, as tables.
struct SelftestSummary {
  let reports: [KindReport]
  let comparators: ComparatorReport
  let tolerances: ToleranceReport

  func print() {
    printKernels()
    printComparators()
    printSensitivity()
    printTolerances()
  }

  private var findings: [Finding] { reports.flatMap(\.findings) }

  private func printKernels() {
    let ids = Set(findings.map(\.fault.id))
    Swift.print(
      "\(ids.count) faults in kernels, tried \(findings.count) times: in each kind that could hold them\n")
    Swift.print(kernelTable.text)
    Swift.print("\nTold by: how many faults a check tells, each on its own. Narrowest: error in bounds.")
    for finding in findings where finding.outcome == .missed {
      Swift.print(
        "\(Style.red("missed"))  \(finding.fault.id) in \(finding.kind.rawValue): \(finding.fault.sentence) "
          + "It changes \(finding.changed) of \(finding.probes) probes; the largest error is "
          + "\(Quantity.digits(finding.ratio)) bounds.")
    }
    for defect in reports.flatMap(\.defects) { Swift.print("\(Style.red("defect"))  \(defect)") }
    printEquivalents()
  }

  private func printEquivalents() {
    var seen: Set<String> = []
    let equivalent = findings.filter { $0.outcome == .equivalent && seen.insert($0.fault.id).inserted }
    guard !equivalent.isEmpty else { return }
    Swift.print("\nEquivalent: no bit of any output changes, because")
    for finding in equivalent {
      Swift.print("  \(finding.fault.id): \(finding.fault.proofOfEquivalence ?? "").")
    }
  }

  private var kernelTable: TextTable {
    var table = TextTable([
      ("kind", .left), ("probes", .right), ("faults", .right), ("caught", .right), ("equivalent", .right),
      ("missed", .right), ("told by shape", .right), ("NaN", .right), ("bound", .right), ("equality", .right),
      ("projection", .right), ("narrowest", .right), ("fault", .left),
    ])
    for report in reports { table.add(cells(report)) }
    return table
  }

  private func cells(_ report: KindReport) -> [String] {
    let missed = "\(report.count(.missed))"
    let catchers: [Finding.Catcher] = [.shape, .notFinite, .bound, .exact, .projection]
    var cells = [report.kind.rawValue, "\(report.probes)", "\(report.findings.count)"]
    cells += ["\(report.count(.caught))", "\(report.count(.equivalent))"]
    cells.append(report.count(.missed) == 0 ? missed : Style.red(missed))
    cells += catchers.map { "\(report.count(toldBy: $0))" }
    guard let narrowest = report.narrowest else { return cells + ["–", ""] }
    return cells + [Quantity.digits(narrowest.ratio), narrowest.fault.id]
  }

  private func printComparators() {
    let missed = comparators.findings.filter { !$0.isCaught }
    Swift.print(
      "\n\(comparators.findings.count) faults in the comparator, tried on \(comparators.battery.count) right and wrong "
        + "outputs: \(comparators.findings.count - missed.count) caught, \(missed.count) missed\n")
    var table = TextTable([("comparator", .left), ("outputs judged wrongly", .right), ("such as", .left)])
    for finding in comparators.findings {
      table.add([
        finding.fault.id, finding.isCaught ? "\(finding.exhibits.count)" : Style.red("none"),
        finding.exhibits.first ?? "",
      ])
    }
    Swift.print(table.text)
    for name in comparators.mistakes {
      Swift.print("\(Style.red("defect"))  The standard judge is wrong about \"\(name)\".")
    }
  }

  private func printSensitivity() {
    let all = reports.compactMap(\.sensitivity)
    guard !all.isEmpty else { return }
    Swift.print("\nAn error in one element, in units of its bound, at the float32 numbers next to it\n")
    var table = TextTable([
      ("kind", .left), ("outputs", .right), ("smallest caught", .right), ("largest passed", .right),
      ("mistakes", .right),
    ])
    for sensitivity in all {
      let mistakes = "\(sensitivity.mistakes)"
      table.add([
        sensitivity.kind.rawValue, "\(sensitivity.trials)",
        String(format: "%.6f", sensitivity.smallestCaught), String(format: "%.6f", sensitivity.largestPassed),
        sensitivity.isGood ? mistakes : Style.red(mistakes),
      ])
    }
    Swift.print(table.text)
  }

  private func printTolerances() {
    Swift.print(
      """

      Derived bounds and tolerances picked by hand, on the same outputs: \(tolerances.right) of correct implementations; \
      \(tolerances.wrong) of \(tolerances.faults) seeded faults, past their bounds; \(tolerances.displaced) with one \
      element \(Quantity.digits(RightOutput.displacement)) bounds off

      """)
    var table = TextTable([
      ("judge", .left), ("right ones failed", .right), ("faulty ones passed", .right),
      ("faults missed", .right),
      ("one wrong element passed", .right),
    ])
    for row in tolerances.rows {
      table.add([
        row.id, share(row.falseAlarms, tolerances.right), share(row.passedWrong, tolerances.wrong),
        share(row.missedFaults, tolerances.faults), share(row.passedDisplaced, tolerances.displaced),
      ])
    }
    Swift.print(table.text + "\n")
    for row in tolerances.rows { Swift.print("\(row.id): \(row.sentence)") }
  }

  private func share(_ count: Int, _ all: Int) -> String {
    "\(count) (\(all == 0 ? "0" : Quantity.digits(100 * Double(count) / Double(all))) %)"
  }
}
