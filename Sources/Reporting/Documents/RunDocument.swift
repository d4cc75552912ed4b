import Foundation
import History

/// A whole recorded run as JSON.
package struct RunDocument: Sendable, Hashable, Encodable {
  /// A layer with its results.
  package struct Layer: Sendable, Hashable, Encodable {
    let name: String
    let kind: String
    let position: Int
    let attributes: String
    let inputShapes: [[Int]]
    let outputShape: [Int]
    let parameters: Int
    let macs: Int
    let bytes: Int
    let results: [Result]

    enum CodingKeys: String, CodingKey {
      case name, kind, position, attributes, parameters, macs, bytes, results
      case inputShapes = "input_shapes"
      case outputShape = "output_shape"
    }
  }

  /// One layer on one backend.
  package struct Result: Sendable, Hashable, Encodable {
    let backend: String
    let algorithm: String
    let status: ResultStatus
    let elements: Int
    let maxAbsError: Nullable<JSONNumber>
    let maxRatio: Nullable<JSONNumber>
    let probabilisticRatio: Nullable<JSONNumber>
    let ulp: Nullable<ULPDocument>
    let firstFailure: Nullable<FirstFailureDocument>
    let repro: String
    let message: String
    let chained: Nullable<Chained>
    let timing: Nullable<TimingRecord>

    enum CodingKeys: String, CodingKey {
      case backend, algorithm, status, elements, ulp, repro, message, chained, timing
      case maxAbsError = "max_abs_error"
      case maxRatio = "max_ratio"
      case probabilisticRatio = "probabilistic_ratio"
      case firstFailure = "first_failure"
    }
  }

  /// The layer inside the network.
  package struct Chained: Sendable, Hashable, Codable {
    let status: ResultStatus
    let localRatio: Nullable<JSONNumber>
    let drift: Nullable<JSONNumber>

    enum CodingKeys: String, CodingKey {
      case status, drift
      case localRatio = "local_ratio"
    }
  }

  let schema: String
  let run: RunHeader
  let status: RunStatus
  let finished: Nullable<Date>
  let verdict: String
  let totals: [NetworkTotal]
  let layers: [Layer]
  let refused: [RefusedFile]

  /// Documents of the run that this program knows, by the part of the page that they feed.
  let errors: [ErrorsDocument.Spread]
  let network: Nullable<NetworkDocument>
  let figures: Nullable<FiguresDocument>
  /// What other documents hold, as they are.
  let attached: [Attached]
  /// Whole networks' times of the runs before, by backend.
  let past: PastTotals

  /// A document as it was attached.
  struct Attached: Sendable, Hashable, Encodable {
    let schema: String
    let document: JSONTree
  }

  /// The runs that this one can be seen against.
  struct PastTotals: Sendable, Hashable, Encodable {
    let runs: [PastRun]
    let totals: [String: [JSONNumber?]]
  }

  package init(_ record: RunRecord) { self.init(ReportContents(record)) }

  package init(_ contents: ReportContents) {
    let record = contents.run
    let model = RunModel(contents)
    let known = [
      ErrorsDocument.schema, NetworkDocument.schema, FiguresDocument.schema, PictureDocument.schema,
    ]
    errors = model.attachments.spreads.values.sorted {
      ($0.layer, $0.backend, $0.algorithm) < ($1.layer, $1.backend, $1.algorithm)
    }
    network = Nullable(model.attachments.network)
    figures = Nullable(model.attachments.figures)
    attached = contents.documents.filter { !known.contains($0.schema) }.compactMap { document in
      JSONTree(document.json).map { Attached(schema: document.schema, document: $0) }
    }
    past = PastTotals(
      runs: contents.past.runs,
      totals: contents.past.totals.mapValues { $0.map { $0.map { JSONNumber($0) } } })
    schema = "efgrbench-run/1"
    run = record.header
    status = record.status
    finished = Nullable(record.finished)
    verdict = Verdict(model).sentence
    totals = record.totals
    layers = record.layers.map(Layer.init)
    refused = record.refused
  }
}

extension RunDocument.Layer {
  init(_ layer: LayerRecord) {
    name = layer.name
    kind = layer.kind
    position = layer.position
    attributes = layer.attributes
    inputShapes = layer.inputShapes
    outputShape = layer.outputShape
    parameters = layer.parameters
    macs = layer.macs
    bytes = layer.bytes
    results = layer.results.map(RunDocument.Result.init)
  }
}

extension RunDocument.Result {
  init(_ result: ResultRecord) {
    backend = result.backend
    algorithm = result.algorithm
    status = result.status
    elements = result.elements
    maxAbsError = Nullable(number: result.maxAbsError)
    maxRatio = Nullable(number: result.maxRatio)
    probabilisticRatio = Nullable(number: result.probabilisticRatio)
    ulp = Nullable(result.ulp.map(ULPDocument.init))
    firstFailure = Nullable(result.firstFailure.map(FirstFailureDocument.init))
    repro = result.repro
    message = result.message
    chained = Nullable(result.chained.map(RunDocument.Chained.init))
    timing = Nullable(result.timing)
  }
}

extension RunDocument.Chained {
  init(_ chained: ChainedResult) {
    status = chained.status
    localRatio = Nullable(number: chained.localRatio)
    drift = Nullable(number: chained.drift)
  }
}
