import Foundation
import Gate
import History
import Reporting

extension ReportContents {
  /// Schemas of documents that belong to one run.
  private static let ofRun = [
    ErrorsDocument.schema, NetworkDocument.schema, FiguresDocument.schema, Evidence.schema,
  ]
  /// Schemas of documents that also stand for themselves. A run's own are preferred.
  private static let shared = ["efgrbench-selftest/1", "efgrbench-peers/1", "efgrbench-gate/1"]

  /// Everything that the record knows for the report of a run.
  ///
  /// - Parameters:
  ///   - reference: as ``HistoryDatabase/resolve(_:)`` takes it.
  ///   - base: a run to compare with; nil for the named baseline of the run's own series, where there is one.
  ///   - since: how far the past reaches back.
  init(_ reference: String?, in database: HistoryDatabase, base: String? = nil, since: Date? = nil) throws {
    let run = try database.run(reference)
    let uuid = run.header.uuid
    var documents: [StoredDocument] = []
    for schema in Self.ofRun { documents += try database.documents(schema: schema, run: uuid) }
    for schema in Self.shared {
      let own = try database.documents(schema: schema, run: uuid)
      documents += own.isEmpty ? try database.documents(schema: schema).filter { $0.run == nil } : own
    }
    if documents.contains(where: { $0.schema == FiguresDocument.schema }) {
      documents += try database.documents(schema: PictureDocument.schema)
    }
    let past = try database.past(of: uuid, since: since)
    self.init(
      run, past: past, base: try (base ?? database.baseline(for: run.header)).map { try database.run($0) },
      documents: documents.reversed().map { AttachedDocument(schema: $0.schema, json: $0.json) })
    steps = past.steps
  }
}

extension Past {
  /// Steps are looked for in so many of the latest results: finding them takes a time that grows with the square, and a
  /// report of 200 layers' series is to take well under a second.
  private static let latest = 200

  /// Where the times of layers have changed for good; see ``Steps``. The naive loops are left out: they are there to be
  /// right.
  var steps: [LayerStep] {
    results.filter { $0.backend != "reference" }.flatMap { series -> [LayerStep] in
      let timed = series.points.filter { ($0.median ?? 0) > 0 }.suffix(Self.latest)
      return Steps.changePoints(timed.compactMap(\.median)).map { change in
        let run = timed[timed.startIndex + change.index].run
        let percent = Quantity.digits(abs(change.ratio - 1) * 100)
        return LayerStep(
          layer: series.layer, backend: series.backend, run: run,
          sentence: "\(series.backend) \(percent) % \(change.ratio > 1 ? "slower" : "faster") from "
            + "\(runs[run].started.formatted(.iso8601.year().month().day())) on, commit \(runs[run].commit.prefix(10))"
        )
      }
    }
  }
}
