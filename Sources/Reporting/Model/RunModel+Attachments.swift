import History

extension RunModel {
  /// How a result's errors are spread, where that was recorded.
  func spread(of result: ResultRecord, in layer: LayerRecord) -> ErrorsDocument.Spread? {
    attachments.spreads[
      Attachments.ResultKey(layer: layer.name, backend: result.backend, algorithm: result.algorithm)]
  }

  /// What the run knows of a layer's place in the network.
  func networkLayer(_ layer: LayerRecord) -> NetworkDocument.Layer? { networkLayers[layer.name] }

  /// A layer's earlier results on a backend.
  func past(of layer: LayerRecord, on backend: String) -> PastResults? {
    pastResults[PastPlace(layer: layer.name, backend: backend)]
  }

  func trend(of layer: LayerRecord, on backend: String) -> Trend {
    Trend(times: past(of: layer, on: backend)?.points.compactMap(\.median) ?? [])
  }

  struct PastPlace: Hashable {
    let layer: String
    let backend: String
  }
}
