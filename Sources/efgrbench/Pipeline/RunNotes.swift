import Accuracy
import Catalogue
import Foundation
import Golden
import History
import Reporting
import Verification

/// What a run finds that the record's tables have no columns for, gathered while it goes and attached as documents.
final class RunNotes {
  private var spreads: [ErrorsDocument.Spread] = []
  private var shares: [String: [String: NetworkDocument.Shares]] = [:]

  /// Notes how a result's errors are spread. Results that are exact throughout have no map: it would be empty.
  func add(_ verdict: Verdict, layer: String, backend: String, algorithm: String) {
    guard let spread = verdict.spread, verdict.elements > 0 else { return }
    let map = verdict.maxRatio > 0 ? spread.map : nil
    spreads.append(
      ErrorsDocument.Spread(
        layer: layer, backend: backend, algorithm: algorithm, ratios: spread.ratios, ulps: spread.ulps,
        map: map.map { LevelMap(rows: $0.rows, columns: $0.columns, ratios: $0.cells) }))
  }

  /// Notes where a layer's error in the chained networks comes from.
  func add(_ links: [(name: String, link: Link?)], layer: String) {
    for (name, link) in links {
      guard let parts = link?.shares else { continue }
      shares[layer, default: [:]][name] = NetworkDocument.Shares(
        local: parts.local, inherited: parts.inherited, total: parts.total)
    }
  }

  var errors: ErrorsDocument { ErrorsDocument(spreads: spreads) }

  /// - Parameter golden: the folder of packs that the run was judged by.
  func document(of network: Network, golden: String) -> NetworkDocument {
    let live = network.liveBytes
    return NetworkDocument(
      layers: network.layers.map { layer in
        NetworkDocument.Layer(
          layer: layer.name, liveBytes: live[layer.name] ?? 0, shares: shares[layer.name] ?? [:])
      },
      goldens: PackProvenance.packs(in: URL(fileURLWithPath: golden)).map {
        NetworkDocument.Golden(name: $0.name, sha256: $0.sha256, provenance: $0.summary)
      })
  }
}

extension RunRecorder {
  /// Attaches what a run has noted, its figures included, where its chains came far enough for any.
  func attach(_ notes: RunNotes, of session: Session, _ work: SideBySide, to database: HistoryDatabase) throws
  {
    try attach(document: notes.errors, schema: ErrorsDocument.schema)
    try attach(
      document: notes.document(of: session.network, golden: session.golden), schema: NetworkDocument.schema)
    guard let (golden, picture) = session.shelf.networks[session.network.name],
      let figures = NetworkFigures(
        session.network, chains: work.chains, picture: picture,
        name: "\(golden.imageSHA256)@\(session.network.imageSize)")
    else { return }
    try attach(document: figures.document, schema: FiguresDocument.schema)
    try database.attach(once: figures.picture)
  }
}

extension HistoryDatabase {
  /// Keeps a picture unless it is kept already.
  fileprivate func attach(once picture: PictureDocument?) throws {
    guard let picture else { return }
    let known = try documents(schema: PictureDocument.schema).contains {
      (try? $0.decoded(as: PictureDocument.self))?.name == picture.name
    }
    if !known { try attach(document: picture, schema: PictureDocument.schema) }
  }
}
