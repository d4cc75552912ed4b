import History

extension HTMLPage {
  /// One card per backend: the whole network's time, and how right its layers are.
  var totals: HTML {
    guard !model.backends.isEmpty else { return "" }
    return section(
      "totals", "Whole network", "<div class=\"cards\">\n\(model.backends.map(card))</div>\n\(networkHistory)"
    )
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
      \(fact("share of roof", total?.endToEnd?.roofFraction.map { Units.percent($0) }))\
      \(fact("largest error ratio", model.worst(of: backend).map { "\(Units.small($0.ratio)) in \($0.layer)" }))\
      </dl>
      <p class="chips">\(statusCounts(backend))</p>
      </article>

      """
  }

  /// The whole network's time over the runs.
  var networkHistory: HTML {
    let series = model.past.totals.filter { $0.key != RunModel.reference && $0.value.count { $0 != nil } > 1 }
      .sorted { $0.key < $1.key }
    let times = series.flatMap { $0.value.compactMap { $0 } }
    guard !times.isEmpty else { return "" }
    let runs = model.past.runs
    let last = Double(max(runs.count - 1, 1))
    let plot = Plot(
      x: Axis(
        title: "runs on this machine", low: 0, high: last, isLogarithmic: false,
        ticks: [(0, runs.first?.started.dayText ?? ""), (last, runs.last?.started.dayText ?? "")]),
      y: .linear("network", holding: times) { Units.roundDuration($0) },
      summary: "Time of the whole network over \(Words.count(runs.count, "run"))")
    var whole = plot
    whole.marks = series.map { backend, values in
      let points = values.enumerated().compactMap { run, value in value.map { (Double(run), $0) } }
      let thin = zip(Sparkline.reduced(points.map(\.0), to: 200), Sparkline.reduced(points.map(\.1), to: 200))
      return plot.curve(thin.map { ($0, $1) }, class: "past b\(index(of: backend) % 4)")
    }
    let names = series.map { "\(named($0.key)) " as HTML }
    return
      "<h3>Over \(Words.count(runs.count, "run"))</h3>\n<p class=\"hint\">\(names)</p>\n<div class=\"low\">\(whole.html)</div>\n"
  }

  private func interval(_ timing: TimingRecord) -> HTML {
    let spread = Units.plusMinus(
      median: timing.median, low: timing.low, high: timing.high, samples: timing.samples.count)
    return " <small>\(spread)</small>"
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
}
