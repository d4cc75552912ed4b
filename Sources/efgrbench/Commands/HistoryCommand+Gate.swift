import ArgumentParser
import Foundation
import Gate
import History
import Measurement

extension HistoryCommand {
  /// Named baselines.
  struct Baseline: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "baseline", abstract: "Names runs, so that later ones can be compared with them.",
      discussion: """
        Example: efgrbench history baseline set main latest

        A name is held for each machine, toolchain and network on its own: setting it on one leaves the others' runs.
        """,
      subcommands: [Set.self, Remove.self, List.self], defaultSubcommand: List.self)

    struct Set: ParsableCommand {
      static let configuration = CommandConfiguration(
        abstract: "Gives a name to one or more runs.",
        discussion: "Example: efgrbench history baseline set main latest --note 'release 1.2'")
      @Argument(help: ArgumentHelp("The name.", valueName: "name"))
      var name: String
      @Argument(help: ArgumentHelp("The runs.", valueName: "run"))
      var runs: [String] = ["latest"]
      @Option(help: ArgumentHelp("Why.", valueName: "text"))
      var note = ""
      @OptionGroup var record: RecordOptions

      func run() throws {
        try endingProgram {
          try HistoryDatabase(path: record.db, for: .reading).setBaseline(name, runs: runs, note: note)
          return .good
        }
      }
    }

    struct Remove: ParsableCommand {
      static let configuration = CommandConfiguration(
        abstract: "Takes a name away; the runs stay.",
        discussion: "Example: efgrbench history baseline remove main")
      @Argument(help: ArgumentHelp("The name.", valueName: "name"))
      var name: String
      @OptionGroup var record: RecordOptions

      func run() throws {
        try endingProgram {
          let count = try HistoryDatabase(path: record.db, for: .reading).removeBaseline(name)
          guard count > 0 else {
            throw ProgramError(status: .noBaseline, description: "There is no baseline \"\(name)\".")
          }
          return .good
        }
      }
    }

    struct List: ParsableCommand {
      static let configuration = CommandConfiguration(
        abstract: "Lists the names.", discussion: "Example: efgrbench history baseline list")
      @OptionGroup var record: RecordOptions

      func run() throws {
        try endingProgram {
          let baselines = try HistoryDatabase(path: record.db, for: .reading).baselines()
          var table = TextTable([
            ("name", .left), ("run", .left), ("network", .left), ("commit", .left), ("machine", .left),
            ("note", .left),
          ])
          for baseline in baselines {
            table.add([
              baseline.name, String(baseline.run.prefix(8)), baseline.network,
              String(baseline.commit.prefix(8)),
              baseline.cpuModel, baseline.note,
            ])
          }
          print(baselines.isEmpty ? "No baselines are set." : table.text)
          return .good
        }
      }
    }
  }

  /// Databases joined.
  struct Merge: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "merge", abstract: "Takes over what other databases hold; doing it again changes nothing.",
      discussion: "Example: efgrbench history merge job-1.sqlite job-2.sqlite --db all.sqlite")
    @Argument(help: ArgumentHelp("The databases to take from; they are only read.", valueName: "file"))
    var files: [String]
    @OptionGroup var record: RecordOptions

    func run() throws {
      try endingProgram {
        guard !files.isEmpty else { throw ProgramError.usage("merge needs a database to take from.") }
        let database = try HistoryDatabase(path: record.db, for: .recording)
        for file in files {
          let summary = try database.merge(path: file)
          print(
            "\(file): \(summary.runs) runs, \(summary.experiments) experiments and \(summary.documents) documents "
              + "were new.")
        }
        return .good
      }
    }
  }

  /// The record in other formats.
  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "export", abstract: "Writes the record as CSV, JSON or Google Benchmark's JSON.",
      discussion: "Example: efgrbench history export --format csv --out history.csv")
    @Option(help: "csv, json or google-benchmark.")
    var format = ExportFormat.csv
    @Flag(help: "Print what the tables and columns mean instead.")
    var schema = false
    @Option(
      name: .customLong("run"),
      help: ArgumentHelp("Only this run (default: all).", valueName: "id"))
    var reference: String?
    @Option(help: ArgumentHelp("The file; - for standard output.", valueName: "file"))
    var out = "-"
    @OptionGroup var record: RecordOptions

    func run() throws {
      try endingProgram {
        if schema {
          try JSONOutput.write(text: HistoryDatabase.schemaDocumentation, to: out)
          return .good
        }
        let results = try HistoryDatabase(path: record.db, for: .reading).exportedResults(run: reference)
        try JSONOutput.write(text: try format.text(results), to: out)
        return .good
      }
    }
  }

  /// A regression that is taken on purpose.
  struct Accept: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract:
        "Accepts a layer's regression, for a reason, perhaps until a day: it is shown, and red no more.",
      discussion: "Example: efgrbench history accept conv4_2 --reason 'exact norm' --expires 2027-03-01")
    @Argument(help: ArgumentHelp("The layer; \"\" for the whole network.", valueName: "layer"))
    var layer: String
    @Option(help: ArgumentHelp("The implementation.", valueName: "name"))
    var backend = "tiled"
    @Option(help: ArgumentHelp("Why; it is shown in every verdict.", valueName: "text"))
    var reason: String
    @Option(help: ArgumentHelp("The first day on which it counts again.", valueName: "yyyy-mm-dd"))
    var expires: String?
    @OptionGroup var record: RecordOptions

    func run() throws {
      try endingProgram {
        let database = try HistoryDatabase(path: record.db, for: .reading)
        var known = try database.regressions(isOpen: true).filter {
          $0.layer == layer && $0.backend == backend
        }
        guard !known.isEmpty else {
          throw ProgramError.badInput("No open regression of \(layer) on \(backend) is recorded.")
        }
        let day = try expires.map(Self.date)
        for index in known.indices {
          known[index].state = .accepted
          known[index].reason = reason
          known[index].expires = day
          known[index].changed = Date()
        }
        try database.save(known)
        return .good
      }
    }

    private static func date(_ text: String) throws -> Date {
      do {
        return try Date.ISO8601FormatStyle().year().month().day().parse(text)
      } catch {
        throw ProgramError.usage("\"\(text)\" is no day such as 2027-03-01.")
      }
    }
  }

  /// The states of regressions.
  struct Regressions: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists regressions: new, confirmed, accepted, fixed.",
      discussion: "Example: efgrbench history regressions")
    @Flag(help: "Also what is fixed.")
    var all = false
    @OptionGroup var record: RecordOptions

    func run() throws {
      try endingProgram {
        let known = try HistoryDatabase(path: record.db, for: .reading).regressions(isOpen: !all)
        var table = TextTable([
          ("layer", .left), ("backend", .left), ("of", .left), ("state", .left), ("ratio", .right),
          ("since", .left), ("base", .left), ("head", .left), ("reason", .left),
        ])
        for one in known {
          let lapsed = one.state == .accepted && !one.isAccepted() ? " (lapsed)" : ""
          table.add([
            one.layer.isEmpty ? "whole network" : one.layer, one.backend, one.measure.rawValue,
            one.state.rawValue + lapsed, Quantity.digits(one.ratio),
            one.opened.formatted(.iso8601.year().month().day()), String(one.baseCommit.prefix(8)),
            String(one.headCommit.prefix(8)), one.reason,
          ])
        }
        print(known.isEmpty ? "No regressions are recorded." : table.text)
        return .good
      }
    }
  }
}
