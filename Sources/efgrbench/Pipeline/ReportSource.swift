import Foundation
import History
import Reporting

extension ReportContents {
  /// Schemas of documents that belong to one run.
  private static let ofRun = [ErrorsDocument.schema, NetworkDocument.schema, FiguresDocument.schema]
  /// Schemas of documents that also stand for themselves. A run's own are preferred.
  private static let shared = ["efgrbench-selftest/1", "efgrbench-peers/1", "efgrbench-gate/1"]

  /// Everything that the record knows for the report of a run.
  ///
  /// - Parameters:
  ///   - reference: as ``HistoryDatabase/resolve(_:)`` takes it.
  ///   - base: a run to compare with; nil for none.
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
    self.init(
      run, past: try database.past(of: uuid, since: since), base: try base.map { try database.run($0) },
      documents: documents.reversed().map { AttachedDocument(schema: $0.schema, json: $0.json) })
  }
}
