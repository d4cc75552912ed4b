import History

/// The layers of one backend as consecutive spans of time. Short neighbours are merged, so that what is left can be
/// read.
struct Waterfall {
  struct Span {
    let title: String
    /// Nil where layers of different groups were merged.
    let group: KindGroup?
    let layers: Int
    /// Both as shares of the whole.
    let start: Double
    let share: Double
    let nanoseconds: Double
  }

  let spans: [Span]

  /// - Parameter threshold: the share of the whole below which neighbours are merged.
  init(_ model: RunModel, backend: String, threshold: Double = 0.012) {
    let total = model.timedSum(of: backend)
    var spans: [Span] = []
    var pending: [(layer: LayerRecord, time: Double)] = []
    var elapsed = 0.0
    func flush() {
      guard let first = pending.first else { return }
      let time = pending.reduce(0) { $0 + $1.time }
      let groups = Set(pending.map { KindGroup(kind: $0.layer.kind) })
      let title = pending.count == 1 ? first.layer.name : "\(pending.count) small layers"
      spans.append(
        Span(
          title: title, group: groups.count == 1 ? groups.first : nil, layers: pending.count,
          start: elapsed / total, share: time / total, nanoseconds: time))
      elapsed += time
      pending = []
    }
    for layer in model.run.layers {
      guard total > 0, let time = layer.result(of: backend)?.timing?.median else { continue }
      let isLong = time / total >= threshold
      if isLong { flush() }
      pending.append((layer, time))
      if isLong { flush() }
    }
    flush()
    self.spans = spans
  }
}
