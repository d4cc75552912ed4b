import Foundation
import History

/// A JSON document that belongs to a record: what others found, or what a table has no columns for.
package struct AttachedDocument: Sendable, Hashable {
  package var schema: String
  package var json: String

  package init(schema: String, json: String) {
    self.schema = schema
    self.json = json
  }
}

/// A lasting change of a layer's time.
package struct LayerStep: Sendable, Hashable {
  package var layer: String
  package var backend: String
  /// The first run after the change, by its place in the past.
  package var run: Int
  /// When, by how much, how sure.
  package var sentence: String

  package init(layer: String, backend: String, run: Int, sentence: String) {
    self.layer = layer
    self.backend = backend
    self.run = run
    self.sentence = sentence
  }
}

/// Everything that a report is made from.
package struct ReportContents: Sendable {
  package var run: RunRecord
  /// The runs that this one can be seen against, itself included.
  package var past: Past
  /// Where the times of layers have changed for good, among the runs of `past`.
  package var steps: [LayerStep] = []
  /// A run that this one is compared with.
  package var base: RunRecord?
  /// Of each schema the newest comes last.
  package var documents: [AttachedDocument]

  package init(
    _ run: RunRecord, past: Past = Past(), base: RunRecord? = nil, documents: [AttachedDocument] = []
  ) {
    self.run = run
    self.past = past
    self.base = base
    self.documents = documents
  }
}

/// The documents of a report that this program understands. What can't be read as its schema says is left out: a
/// report is about its run, whatever others attached to it.
struct Attachments: Sendable {
  var spreads: [ResultKey: ErrorsDocument.Spread] = [:]
  var network: NetworkDocument?
  var figures: FiguresDocument?
  var picture: PictureDocument?
  var peers: [PeersDocument] = []
  var gate: [GateDocument] = []
  var selftest: SelftestSummaryDocument?

  /// One layer on one backend with one algorithm.
  struct ResultKey: Hashable {
    let layer: String
    let backend: String
    let algorithm: String
  }

  init(_ documents: [AttachedDocument]) {
    func all<Document: Decodable>(_ schema: String, as type: Document.Type) -> [Document] {
      documents.filter { $0.schema == schema }.compactMap {
        try? JSONDecoder().decode(type, from: Data($0.json.utf8))
      }
    }
    for spread in all(ErrorsDocument.schema, as: ErrorsDocument.self).flatMap(\.spreads) {
      spreads[ResultKey(layer: spread.layer, backend: spread.backend, algorithm: spread.algorithm)] = spread
    }
    network = all(NetworkDocument.schema, as: NetworkDocument.self).last
    figures = all(FiguresDocument.schema, as: FiguresDocument.self).last.flatMap { $0.isWhole ? $0 : nil }
    picture = all(PictureDocument.schema, as: PictureDocument.self).last { $0.name == figures?.picture }
    peers = all(PeersDocument.schema, as: PeersDocument.self)
    gate = all(GateDocument.schema, as: GateDocument.self)
    selftest = all(SelftestSummaryDocument.schema, as: SelftestSummaryDocument.self).last
  }
}

extension FiguresDocument {
  /// Whether every map has as many levels as cells, and every point and box its coordinates.
  fileprivate var isWhole: Bool {
    maps.allSatisfy { $0.rows > 0 && $0.columns > 0 && $0.levels.count == $0.rows * $0.columns }
      && sampling.allSatisfy { $0.points.count.isMultiple(of: 2) } && objects.allSatisfy { $0.box.count == 4 }
  }
}
