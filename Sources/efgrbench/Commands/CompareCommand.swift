import ArgumentParser
import Foundation
import Gate
import History
import Measurement

/// Two recorded runs against each other.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compares two recorded runs or named baselines: a verdict per layer and overall.",
    discussion: """
      Example: efgrbench compare main latest

      BASE and HEAD are a baseline's name, a run's identifier or its beginning, latest, or several runs separated by \
      commas. Correctness comes before speed. One run is one process: a change is called only beyond what runs of \
      the same machine and toolchain were seen to wander; "efgrbench ab" sees smaller ones. Exit codes: 0 nothing \
      got slower by as much as --detect, 20 something did, 21 improvement only (--fail-on-improvement), 30 too noisy \
      to tell, 31 no such baseline, 32 another machine, toolchain or flags, 10 a check failed, 40 something was not \
      measured.
      """)

  @Argument(help: ArgumentHelp("What to hold HEAD against.", valueName: "base"))
  var base: String
  @Argument(help: ArgumentHelp("What is judged.", valueName: "head"))
  var head = "latest"
  @OptionGroup var record: RecordOptions
  @Option(
    help: ArgumentHelp(
      "The slow-down that must be excluded, or the result is inconclusive.", valueName: "25%"))
  var detect = "25%"
  @OptionGroup var output: VerdictOptions

  func run() throws {
    try endingProgram {
      let unknown = GateVerdict(
        command: "compare", network: "", machine: "", base: .init(name: base), head: .init(name: head))
      return try output.delivering(unknown) {
        let database = try HistoryDatabase(path: record.db, for: .reading)
        var verdict = try RecordedComparison(database: database, detect: try ABCommand.share(detect))
          .verdict(base: base, head: head)
        let series = try verdict.head.runs.first.map { try database.header($0).series.key }
        try RegressionBook(database: database, series: series).enter(&verdict)
        return verdict
      }
    }
  }
}
