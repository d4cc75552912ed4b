import ArgumentParser
import Foundation
import History
import Reporting

/// Reports from the record alone.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Renders a recorded run again, two runs against each other, or the history.",
    discussion: """
      Example: efgrbench report --run latest --out Reports
      Example: efgrbench report --run 4f1c --against 9a07
      Example: efgrbench report --attach peers.json
      Example: efgrbench report --since 2026-11-01
      Example: xdg-open "$(efgrbench report --open)"
      """)

  @OptionGroup var record: RecordOptions
  @Option(
    name: .customLong("run"),
    help: ArgumentHelp("The run: its identifier, the beginning of it, or latest.", valueName: "id"))
  var reference: String?
  @Option(help: ArgumentHelp("A run to compare it with.", valueName: "id"))
  var against: String?
  @Option(
    help: ArgumentHelp(
      "The history up to the run, from this day on, in place of the run's own report.", valueName: "day"))
  var since: String?
  @Option(
    help: ArgumentHelp(
      "A JSON document to keep with the run first, such as that of Tests/Peers/compare.py.", valueName: "file"
    ))
  var attach: [String] = []
  @Option(help: ArgumentHelp("The folder for reports.", valueName: "folder"))
  var out = "Reports"
  @Flag(help: "Print the page's path alone, for a browser to open.")
  var open = false

  func validate() throws {
    if since != nil, against != nil {
      throw ValidationError("--since and --against are two different reports.")
    }
    _ = try firstDay()
  }

  func run() throws {
    try endingProgram {
      let database = try HistoryDatabase(path: record.db, for: .reading)
      if !attach.isEmpty { try keep(attach) }
      let paths = try since == nil ? writeRun(database) : writeHistory(database)
      if open, let page = paths.first { print(page) }
      return .good
    }
  }

  /// Keeps documents with the run that is reported.
  private func keep(_ files: [String]) throws {
    let database = try HistoryDatabase(path: record.db, for: .recording)
    let run = try database.resolve(reference)
    for file in files {
      guard let data = FileManager.default.contents(atPath: file),
        let tree = JSONTree(String(decoding: data, as: UTF8.self)), let schema = tree.schema
      else { throw ProgramError.badInput("\(file) is no JSON document with a schema.") }
      try database.attach(document: tree, schema: schema, run: run)
    }
  }

  private func writeRun(_ database: HistoryDatabase) throws -> [String] {
    let report = Report(try ReportContents(reference, in: database, base: against))
    let paths = try report.write(to: out)
    if !open { report.printSummary(paths: paths) }
    return paths
  }

  private func writeHistory(_ database: HistoryDatabase) throws -> [String] {
    let uuid = try database.resolve(reference)
    let report = HistoryReport(
      try database.run(uuid), past: try database.past(of: uuid, since: try firstDay()))
    let path = try report.write(to: out)
    if !open { print("\(report.sentence)\n  \(path)") }
    return [path]
  }

  /// The beginning of the day that `--since` names, in UTC.
  private func firstDay() throws -> Date? {
    guard let since else { return nil }
    guard let day = try? Date.ISO8601FormatStyle().year().month().day().parse(since) else {
      throw ValidationError("--since \"\(since)\" is no day such as 2026-11-01.")
    }
    return day
  }
}
