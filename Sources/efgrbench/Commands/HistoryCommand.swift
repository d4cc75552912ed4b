import ArgumentParser
import Foundation
import History
import Reporting

/// The recorded past.
struct HistoryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history", abstract: "Shows the recorded past.",
    discussion: "Example: efgrbench history list",
    subcommands: [
      List.self, Show.self, Attach.self, Baseline.self, Merge.self, Export.self, Changes.self,
      Regressions.self, Accept.self,
    ], defaultSubcommand: List.self)

  /// A line per run.
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists the recorded runs, newest first.",
      discussion: "Example: efgrbench history list --limit 5")
    @OptionGroup var record: RecordOptions
    @Option(help: ArgumentHelp("Only runs of this network.", valueName: "name"))
    var network: String?
    @Option(help: ArgumentHelp("At most so many.", valueName: "n"))
    var limit: Int?

    func run() throws {
      try endingProgram {
        let runs = try HistoryDatabase(path: record.db, for: .reading).runs(network: network, limit: limit)
        var table = TextTable([
          ("run", .left), ("started", .left), ("network", .left), ("label", .left), ("status", .left),
          ("layers", .right), ("not good", .right), ("worst ratio", .right), ("commit", .left),
          ("machine", .left),
        ])
        for run in runs {
          table.add([
            String(run.uuid.prefix(8)), run.started.formatted(.iso8601), run.network, run.label,
            run.status.rawValue, "\(run.layers)/\(run.plannedLayers)", "\(run.badResults)",
            run.maxRatio.map { Quantity.digits($0) } ?? "–",
            String(run.commit.prefix(8)) + (run.isDirty == true ? "+" : ""),
            "\(run.cpuModel), \(run.threads) threads, \(run.instructionSet)",
          ])
        }
        print(runs.isEmpty ? "No runs are recorded." : table.text)
        return .good
      }
    }
  }

  /// One run in full.
  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Shows one run as text.", discussion: "Example: efgrbench history show latest")
    @OptionGroup var record: RecordOptions
    @Argument(
      help: ArgumentHelp("The run: its identifier, the beginning of it, or latest.", valueName: "run"))
    var reference: String?

    func run() throws {
      try endingProgram {
        let database = try HistoryDatabase(path: record.db, for: .reading)
        print(try Report(try database.run(reference)).text(.markdown), terminator: "")
        return .good
      }
    }
  }
}
