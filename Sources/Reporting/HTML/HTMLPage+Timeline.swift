import History

extension HTMLPage {
  /// Where the time goes: every backend as a strip of layers, the subject as a waterfall.
  var timeline: HTML {
    let timed = model.backends.filter { model.timedSum(of: $0) > 0 }
    guard let shown = model.subject.flatMap({ timed.contains($0) ? $0 : timed.first }) else { return "" }
    return section(
      "time", "Where the time goes",
      """
      <p class="hint">Layers in the network's order; every strip is a whole of its own.\(gap(shown))</p>
      <div class="strips">
      \(timed.map(strip))</div>
      <div class="pair uneven"><div>\(groupTable(shown))\(farFromRoof)</div><div>
      <h3>\(marker(shown))\(shown), layer after layer</h3>
      <ol class="waterfall">
      \(Waterfall(model, backend: shown).spans.map(row))</ol></div></div>

      """)
  }

  /// The layers' sum against the whole.
  private func gap(_ backend: String) -> String {
    guard let total = model.total(of: backend), let whole = total.endToEnd?.median,
      let sum = total.sumOfLayers,
      sum > 0
    else { return "" }
    return " On \(backend) the layers add up to \(Units.duration(sum)), and the network end to end takes "
      + "\(Units.duration(whole)), \(Units.change(whole / sum - 1)): in the network a layer finds its inputs in other "
      + "caches than alone."
  }

  private func strip(_ backend: String) -> HTML {
    let total = model.timedSum(of: backend)
    var start = 0.0
    let segments = model.run.layers.compactMap { layer -> HTML? in
      guard let time = layer.result(of: backend)?.timing?.median else { return nil }
      let share = time / total
      defer { start += share }
      return """
        <rect class="g-\(KindGroup(kind: layer.kind).rawValue)\(share > 0.005 ? " apart" : "")" x="\(share: start)" width="\(share: share)" \
        height="100%"><title>\(layer.name): \(Units.duration(time)), \(Units.percent(share))</title></rect>
        """
    }
    return """
      <div><span class="name">\(marker(backend))\(backend)</span><svg class="strip" role="img" \
      aria-label="Time of each layer on \(backend)">\(segments)</svg><span class="num">\(Units.duration(total))\
      </span></div>

      """
  }

  private func groupTable(_ backend: String) -> HTML {
    let total = model.timedSum(of: backend)
    let rows = KindGroup.allCases.compactMap { group -> [HTML]? in
      let layers = model.run.layers.filter { KindGroup(kind: $0.kind) == group }
      let time = layers.reduce(0) { $0 + ($1.result(of: backend)?.timing?.median ?? 0) }
      guard time > 0 else { return nil }
      let macs = Double(layers.reduce(0) { $0 + $1.macs })
      return [
        "<i class=\"swatch g-\(group.rawValue)\"></i>\(group.title)", "\(layers.count)",
        "\(Units.duration(time))",
        "\(Units.percent(time / total))", "\(macs > 0 ? Units.rate(2 * macs / time) : Units.missing)",
      ]
    }
    return Self.table(
      ["\(backend) by kind", "layers", "time", "share", "GFLOP/s"], rows, caption: "Time by kind of layer")
  }

  private func row(_ span: Waterfall.Span) -> HTML {
    """
    <li\(span.layers > 1 ? " class=\"merged\"" as HTML : "")><span class="name">\(span.title)</span>\
    <svg class="track" aria-hidden="true"><rect class="g-\(span.group?.rawValue ?? "mixed")" \
    x="\(share: span.start)" width="\(share: span.share)" height="100%"/></svg>\
    <span class="num">\(Units.duration(span.nanoseconds))</span><span class="num dim">\
    \(Units.percent(span.share))</span></li>

    """
  }
}
