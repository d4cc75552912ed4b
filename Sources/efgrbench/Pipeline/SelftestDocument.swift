import Backends
import Catalogue
import Faults
import Measurement
import Reporting

/// What `selftest --json` writes and `selftest --db` keeps.
struct SelftestDocument: Sendable, Hashable, Codable {
  static let schema = "efgrbench-selftest/1"

  /// One fault in one kind.
  struct KernelFault: Sendable, Hashable, Codable {
    let id: String
    let kind: String
    let sentence: String
    let outcome: Finding.Outcome
    /// How many probes were tried, and on how many a bit changed.
    let probes: Int
    let changed: Int
    /// On how many probes each check told.
    let caughtBy: [String: Int]
    let maxRatio: JSONNumber
    let equivalentBecause: Nullable<String>

    enum CodingKeys: String, CodingKey {
      case id, kind, sentence, outcome, probes, changed
      case caughtBy = "caught_by"
      case maxRatio = "max_ratio"
      case equivalentBecause = "equivalent_because"
    }

    init(_ finding: Finding) {
      id = finding.fault.id
      kind = finding.kind.rawValue
      sentence = finding.fault.sentence
      outcome = finding.outcome
      probes = finding.probes
      changed = finding.changed
      caughtBy = Dictionary(uniqueKeysWithValues: finding.catches.map { ($0.key.rawValue, $0.value) })
      maxRatio = JSONNumber(finding.ratio)
      equivalentBecause = Nullable(finding.fault.proofOfEquivalence)
    }
  }

  /// One faulty judge.
  struct Comparator: Sendable, Hashable, Codable {
    let id: String
    let sentence: String
    let outcome: Finding.Outcome
    /// The outputs that it judges wrongly.
    let toldBy: [String]

    enum CodingKeys: String, CodingKey {
      case id, sentence, outcome
      case toldBy = "told_by"
    }
  }

  /// The line between errors that fail and errors that pass, in bounds.
  struct SmallestError: Sendable, Hashable, Codable {
    let kind: String
    let outputs: Int
    let smallestCaught: JSONNumber
    let largestPassed: JSONNumber
    let mistakes: Int

    enum CodingKeys: String, CodingKey {
      case kind, outputs, mistakes
      case smallestCaught = "smallest_caught"
      case largestPassed = "largest_passed"
    }
  }

  /// The derived bounds, or a tolerance that somebody picked, on the same outputs.
  struct Judge: Sendable, Hashable, Codable {
    let id: String
    let sentence: String
    /// Outputs of correct implementations that it fails.
    let falseAlarms: Int
    /// Outputs with a seeded fault, past their bounds, that it passes.
    let passedWrong: Int
    /// Faults that it fails on no probe.
    let missedFaults: Int
    /// Outputs with one element ten bounds off that it passes.
    let passedDisplaced: Int

    enum CodingKeys: String, CodingKey {
      case id, sentence
      case falseAlarms = "false_alarms"
      case passedWrong = "passed_wrong"
      case missedFaults = "missed_faults"
      case passedDisplaced = "passed_displaced"
    }

    init(_ row: ToleranceReport.Row) {
      id = row.id
      sentence = row.sentence
      falseAlarms = row.falseAlarms
      passedWrong = row.passedWrong
      missedFaults = row.missedFaults
      passedDisplaced = row.passedDisplaced
    }
  }

  /// What the judges were tried on, and what came of it.
  struct Judges: Sendable, Hashable, Codable {
    let right: Int
    let wrong: Int
    let faults: Int
    let displaced: Int
    /// The derived bounds first.
    let rows: [Judge]
  }

  let schema: String
  /// The program that was tested: a run of the same build and commit may show this as its own.
  let build: BuildInfo
  let git: GitState
  let kernels: [KernelFault]
  let comparators: [Comparator]
  let smallestErrors: [SmallestError]
  let judges: Judges
  /// What is wrong with the self-test's own means, as sentences; empty if all is well.
  let defects: [String]
  /// How many kernel faults, by outcome, and how many comparator faults.
  let summary: [String: Int]

  enum CodingKeys: String, CodingKey {
    case schema, build, git, kernels, comparators, judges, defects, summary
    case smallestErrors = "smallest_errors"
  }

  init(_ reports: [KindReport], _ comparatorReport: ComparatorReport, _ tolerances: ToleranceReport) {
    schema = Self.schema
    build = .current(flags: InstructionSet.buildFlags)
    git = .of()
    let findings = reports.flatMap(\.findings)
    kernels = findings.map(KernelFault.init)
    comparators = comparatorReport.findings.map {
      Comparator(
        id: $0.fault.id, sentence: $0.fault.sentence, outcome: $0.isCaught ? .caught : .missed,
        toldBy: $0.exhibits)
    }
    smallestErrors = reports.compactMap(\.sensitivity).map {
      SmallestError(
        kind: $0.kind.rawValue, outputs: $0.trials, smallestCaught: JSONNumber($0.smallestCaught),
        largestPassed: JSONNumber($0.largestPassed), mistakes: $0.mistakes)
    }
    judges = Judges(
      right: tolerances.right, wrong: tolerances.wrong, faults: tolerances.faults,
      displaced: tolerances.displaced, rows: tolerances.rows.map(Judge.init))
    defects =
      reports.flatMap(\.defects)
      + comparatorReport.mistakes.map {
        "The standard judge, or its unedited formula, is wrong about \"\($0)\"."
      }
    var summary = ["faults": Set(findings.map(\.fault.id)).count, "tried": findings.count]
    for outcome in Finding.Outcome.allCases {
      summary[outcome.rawValue] = findings.filter { $0.outcome == outcome }.count
    }
    summary["comparator_faults"] = comparatorReport.findings.count
    summary["comparator_caught"] = comparatorReport.findings.filter(\.isCaught).count
    self.summary = summary
  }
}
