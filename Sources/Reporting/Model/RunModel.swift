import History

/// A run as a reader looks at it: which backends there are, which of them is judged against the reference, and the
/// sums that every form of the report shows.
struct RunModel {
  static let reference = "reference"

  let run: RunRecord
  let past: Past
  let base: RunRecord?
  let steps: [String: [LayerStep]]
  let attachments: Attachments
  let networkLayers: [String: NetworkDocument.Layer]
  let pastResults: [PastPlace: PastResults]
  /// The reference first, then in the order of the record.
  let backends: [String]

  init(_ run: RunRecord) { self.init(ReportContents(run)) }

  init(_ contents: ReportContents) {
    run = contents.run
    past = contents.past
    base = contents.base
    steps = Dictionary(grouping: contents.steps, by: \.layer)
    attachments = Attachments(contents.documents)
    networkLayers = Dictionary(
      (attachments.network?.layers ?? []).map { ($0.layer, $0) }, uniquingKeysWith: { $1 })
    pastResults = Dictionary(
      past.results.map { (PastPlace(layer: $0.layer, backend: $0.backend), $0) }, uniquingKeysWith: { $1 })
    var found: [String] = []
    for name in run.layers.flatMap(\.results).map(\.backend) + run.totals.map(\.backend)
    where !found.contains(name) {
      found.append(name)
    }
    backends = found.filter { $0 == Self.reference } + found.filter { $0 != Self.reference }
  }

  /// The backend that is compared with the reference: `tiled` where it ran, otherwise the first other one.
  var subject: String? {
    let others = backends.filter { $0 != Self.reference }
    return others.contains("tiled") ? "tiled" : others.first ?? backends.first
  }

  var results: [(layer: LayerRecord, result: ResultRecord)] {
    run.layers.flatMap { layer in layer.results.map { (layer, $0) } }
  }

  /// What is not exact, passed or marginal, alone or in the network.
  var bad: [(layer: LayerRecord, result: ResultRecord)] {
    results.filter { !$0.result.isGoodThroughout }
  }

  /// How many results have a status: of a backend those that it chose, otherwise all, also those that were only tried.
  func count(_ status: ResultStatus, backend: String? = nil) -> Int {
    guard let backend else { return results.count { $0.result.status == status } }
    return run.layers.count { $0.result(of: backend)?.status == status }
  }

  func total(of backend: String) -> NetworkTotal? { run.totals.first { $0.backend == backend } }

  /// The whole network's nanoseconds: end to end where that was timed, otherwise the sum of the layers.
  func networkTime(of backend: String) -> Double? {
    total(of: backend).flatMap { $0.endToEnd?.median ?? $0.sumOfLayers }
  }

  /// The layers' medians added up, in nanoseconds, of those that have a time.
  func timedSum(of backend: String) -> Double {
    run.layers.reduce(0) { $0 + ($1.result(of: backend)?.timing?.median ?? 0) }
  }

  /// How many times as fast as the reference the whole network runs; nil where either has no time, or where one was
  /// timed end to end and the other only by layers.
  func speedUp(of backend: String) -> Double? {
    guard backend != Self.reference, let base = total(of: Self.reference), let own = total(of: backend)
    else { return nil }
    if let base = base.endToEnd?.median, let own = own.endToEnd?.median { return base / own }
    guard let base = base.sumOfLayers, let own = own.sumOfLayers else { return nil }
    return base / own
  }

  /// How many times as fast as the reference one layer runs.
  func speedUp(of backend: String, in layer: LayerRecord) -> Double? {
    guard let base = layer.result(of: Self.reference)?.timing?.median,
      let own = layer.result(of: backend)?.timing?.median, own > 0
    else { return nil }
    return base / own
  }

  /// The largest |error| / bound of what a backend chose, with its layer.
  func worst(of backend: String) -> (layer: String, ratio: Double)? {
    run.layers.compactMap { layer in
      layer.result(of: backend)?.maxRatio.map { (layer: layer.name, ratio: $0) }
    }.max { $0.ratio < $1.ratio }
  }

  /// Multiply–accumulates of all layers.
  var macs: Int { run.layers.reduce(0) { $0 + $1.macs } }
}

extension ResultRecord {
  /// Good alone, and in the network where it was tried there.
  var isGoodThroughout: Bool { status.isGood && chained?.status.isGood ?? true }
}
