import ArgumentParser
import History
import Reporting

/// Reports from the record alone.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Renders a recorded run again: HTML, Markdown, JSON.",
    discussion: "Example: efgrbench report --run latest --out Reports")

  @OptionGroup var record: RecordOptions
  @Option(
    name: .customLong("run"),
    help: ArgumentHelp("The run: its identifier, the beginning of it, or latest.", valueName: "id"))
  var reference: String?
  @Option(help: ArgumentHelp("The folder for reports.", valueName: "folder"))
  var out = "Reports"

  func run() throws {
    try endingProgram {
      let database = try HistoryDatabase(path: record.db, for: .reading)
      let report = Report(try database.run(reference))
      report.printSummary(paths: try report.write(to: out))
      return .good
    }
  }
}
