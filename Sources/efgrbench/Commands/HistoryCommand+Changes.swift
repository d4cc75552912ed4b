import ArgumentParser
import Foundation
import Gate
import History

extension HistoryCommand {
  /// Steps and slow creep over the recorded past.
  struct Changes: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Finds where layers became slower or faster over all runs of a series, and slow creep.",
      discussion: """
        Example: efgrbench history changes --network efgrnet-vgg16-320-coco

        A series is what ran on the machine, toolchain, flags and threads of the latest run. One or two runs that \
        stand out are no change.
        """)
    @Option(help: ArgumentHelp("The network (default: that of the latest run).", valueName: "name"))
    var network: String?
    @Option(help: ArgumentHelp("At most so many runs, the newest.", valueName: "n"))
    var limit = 200
    @OptionGroup var record: RecordOptions

    func run() throws {
      try endingProgram {
        let database = try HistoryDatabase(path: record.db, for: .reading)
        guard let latest = try database.runs(network: network, limit: 1).first else {
          throw ProgramError.badInput(
            "The database \(record.db) holds no runs\(network.map { " of \($0)" } ?? "").")
        }
        let header = try database.header(latest.uuid)
        let all = try database.medians(series: header.series, network: header.network, limit: limit)
        let table = Self.table(all)
        print(table?.text ?? "No layer changed in \(all.values.map(\.count).max() ?? 0) runs.")
        return .good
      }
    }

    private static func table(_ all: [SeriesSubject: [SeriesPoint]]) -> TextTable? {
      var table = TextTable([
        ("layer", .left), ("backend", .left), ("change", .right), ("from", .left), ("commit", .left),
        ("run", .left),
      ])
      var isEmpty = true
      for (subject, points) in all.sorted(by: { $0.key < $1.key }) {
        let medians = points.map(\.median)
        func add(_ name: String, _ ratio: Double, _ point: SeriesPoint) {
          isEmpty = false
          table.add([
            subject.layer, subject.backend, String(format: "%@ %+.1f %%", name, (ratio - 1) * 100),
            point.started.formatted(.iso8601), String(point.commit.prefix(8)), String(point.run.prefix(8)),
          ])
        }
        let steps = Steps.changePoints(medians)
        for step in steps { add("step", step.ratio, points[step.index]) }
        // What a step explains is no creep.
        if steps.isEmpty, let creep = Creep(medians) { add("creep", creep.ratio, points[creep.bestIndex]) }
      }
      return isEmpty ? nil : table
    }
  }
}
