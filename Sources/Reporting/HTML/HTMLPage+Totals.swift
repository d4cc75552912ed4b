import History

extension HTMLPage {
  /// One card per backend: the whole network's time, and how right its layers are.
  var totals: HTML {
    guard !model.backends.isEmpty else { return "" }
    return """
      <section id="totals">
      <h2>Whole network</h2>
      <div class="cards">
      \(model.backends.map(card))</div>
      </section>

      """
  }

  private func card(_ backend: String) -> HTML {
    let total = model.total(of: backend)
    let time = model.networkTime(of: backend)
    let timed = model.run.layers.count { $0.result(of: backend)?.timing != nil }
    let shown = time ?? (timed > 0 ? model.timedSum(of: backend) : nil)
    let basis =
      total?.endToEnd != nil
      ? "end to end"
      : time != nil
        ? "layers added up" : "\(timed) of \(Words.count(model.run.layers.count, "layer")) added up"
    let speedUp = model.speedUp(of: backend)
    let comparison: HTML = speedUp.map { "· <b>\(Units.factor($0))</b> as fast as the reference" } ?? ""
    return """
      <article class="card">
      <h3>\(marker(backend))\(backend)</h3>
      <p class="big">\(Units.duration(shown))\(total?.endToEnd.map(interval) ?? "")</p>
      <p class="under">\(basis) \(comparison)</p>
      <dl>
      \(fact("sum of layers", total?.sumOfLayers.map { Units.duration($0) }))\
      \(fact("GFLOP/s", total?.endToEnd?.gflops.map { Units.rate($0) }))\
      \(fact("share of peak", shareOfPeak(total)))\
      \(fact("largest error ratio", model.worst(of: backend).map { "\(Units.small($0.ratio)) in \($0.layer)" }))\
      </dl>
      <p class="chips">\(statusCounts(backend))</p>
      </article>

      """
  }

  private func interval(_ timing: TimingRecord) -> HTML {
    " <small>\(Units.plusMinus(median: timing.median, low: timing.low, high: timing.high))</small>"
  }

  private func shareOfPeak(_ total: NetworkTotal?) -> String? {
    guard let rate = total?.endToEnd?.gflops, let peak = model.run.header.roofs?.gflops, peak > 0 else {
      return nil
    }
    return Units.percent(rate / peak)
  }

  private func fact(_ name: String, _ value: String?) -> HTML {
    value.map { "<div><dt>\(name)</dt><dd>\($0)</dd></div>\n" } ?? ""
  }

  private func statusCounts(_ backend: String) -> [HTML] {
    ResultStatus.allCases.compactMap { status in
      let count = model.count(status, backend: backend)
      guard count > 0 else { return nil }
      return "<span class=\"chip s-\(status.rawValue)\">\(status.sign) \(count) \(status.rawValue)</span> "
    }
  }

  /// The mark that stands for a backend in plots: square, disc or diamond.
  func marker(_ backend: String) -> HTML {
    """
    <svg class="mk b\(index(of: backend) % 4)" width="14" height="14" viewBox="-7 -7 14 14" aria-hidden="true">\
    \(markerShape(backend))</svg>
    """
  }

  func markerShape(_ backend: String) -> HTML {
    switch index(of: backend) % 4 {
    case 0: "<rect x=\"-3.5\" y=\"-3.5\" width=\"7\" height=\"7\"/>"
    case 1: "<circle r=\"4.2\"/>"
    case 2: "<path d=\"M0-5.2 5.2 0 0 5.2-5.2 0z\"/>"
    default: "<path d=\"M0-5 4.8 4h-9.6z\"/>"
    }
  }
}
