import Detection
import Foundation
import History

extension HTMLPage {
  /// What opens below a layer's row.
  func detail(_ layer: LayerRecord) -> HTML {
    """
    <tr class="detail" id="d\(layer.position)" hidden><td colspan="\(layerColumns)">\(implementations(layer))<div class="panels">
    \(facts(layer))\(errors(layer))\(samples(layer))\(front(layer))\(history(layer))</div>\
    \(commands(layer))</td></tr>

    """
  }

  func panel(_ title: String, _ content: HTML) -> HTML {
    "<div class=\"panel\"><h3>\(title)</h3>\n\(content)</div>\n"
  }

  private func facts(_ layer: LayerRecord) -> HTML {
    let shape = { (extents: [Int]) in extents.map(String.init).joined(separator: "×") }
    let flops = 2 * Double(layer.macs)
    let roofs = model.run.header.roofs
    let entries: [(String, String?)] = [
      ("kind", layer.kind), ("inputs", layer.inputShapes.map(shape).joined(separator: ", ")),
      ("output", shape(layer.outputShape)),
      ("parameters", layer.parameters > 0 ? Units.large(Double(layer.parameters)) : nil),
      ("least traffic", Units.bytes(layer.bytes)),
      (
        "operations per byte",
        layer.macs > 0 && layer.bytes > 0 ? Units.rate(flops / Double(layer.bytes)) : nil
      ),
      (
        "least time at the roofs",
        roofs.map { Units.duration($0.leastNanoseconds(flops: flops, bytes: layer.bytes)) }
      ),
      ("alive in memory", model.networkLayer(layer).map { Units.bytes($0.liveBytes) }),
    ]
    let rows = entries.compactMap { name, value in
      value.map { "<div><dt>\(name)</dt><dd>\($0)</dd></div>\n" as HTML }
    }
    return panel("The layer", "<dl class=\"small\">\(rows)</dl>")
  }

  private func implementations(_ layer: LayerRecord) -> HTML {
    let rows = layer.results.map { result -> [HTML] in
      let timing = result.timing
      let isChosen = layer.result(of: result.backend) == result
      return [
        "\(marker(result.backend))\(result.backend)",
        "\(result.algorithm)\(isChosen ? "" : " <i>tried</i>" as HTML)",
        chip(result.status), "\(Units.duration(timing?.median))",
        "\(timing.flatMap(interval) ?? Units.missing)",
        "\(timing.map { "\($0.samples.count)" } ?? Units.missing)", "\(Units.small(result.maxRatio))",
        "\(Units.small(result.probabilisticRatio))", "\(Units.small(result.maxAbsError))",
        "\(Units.ulp(result.ulp?.max))", "\(result.elements)",
        result.chained.map { "\(chip($0.status)) \(Units.small($0.localRatio))" } ?? "–",
        "\(Units.small(result.chained?.drift))",
      ]
    }
    return panel(
      "Implementations",
      Self.table(
        [
          "backend", "algorithm", "status", "median", "95 % interval", "samples", "error ratio",
          "probabilistic",
          "max |error|", "max ULP", "elements", "in the network", "drift",
        ], rows, caption: "Every implementation of \(layer.name) that was tried"))
  }

  private func interval(_ timing: TimingRecord) -> String? {
    timing.samples.count > 1 ? "\(Units.duration(timing.low)) – \(Units.duration(timing.high))" : nil
  }

  /// Histograms of errors in bounds and, where the output is a map, where the errors are.
  private func errors(_ layer: LayerRecord) -> HTML {
    let spreads = layer.results.compactMap { result in
      model.spread(of: result, in: layer).map { (result, $0) }
    }
    guard !spreads.isEmpty else { return "" }
    let parts = spreads.map { result, spread -> HTML in
      let labels = [(0.5, "0"), (8, "2⁻⁸"), (16, "1")].map { (place: $0.0, text: $0.1) }
      return """
        <div class="spread"><p>\(named(result.backend)) <small>\(result.algorithm)</small></p>
        <div class="sides">\(Histogram(spread.ratios).large(summary(spread.ratios), backend: index(of: result.backend), labels: labels))\
        \(spread.map.map { heat($0, layer, result) } ?? "")</div></div>

        """
    }
    return panel(
      "Errors",
      """
      <p class="note">Left: elements by |error| ÷ bound (bars grow with the logarithm of their count). Right: the \
      largest such ratio by place, over all channels.</p>
      \(parts)\(spreads.contains { $1.map != nil } ? heatScale : "")
      """)
  }

  private func summary(_ ratios: [Int]) -> String {
    let all = ratios.reduce(0, +)
    return
      "Of \(all) elements \(ratios.first ?? 0) have no error at all and \(ratios.last ?? 0) are past the bound."
  }

  private func heat(_ map: LevelMap, _ layer: LayerRecord, _ result: ResultRecord) -> HTML {
    guard let picture = HeatMap(map).dataURI else { return "" }
    return """
      <img class="heat" width="\(map.columns)" height="\(map.rows)" \
      alt="Map of the error ratios of \(layer.name) on \(result.backend)" src="\(picture)">
      """
  }

  private var heatScale: HTML {
    """
    <p class="scale"><span>10⁻⁵</span><i style="background:\(HTML.trusted(ColourMap.cividis.gradient))"></i>\
    <span>1</span><span class="key"><i class="past"></i>past the bound</span>\
    <span class="key"><i class="none"></i>none compared</span></p>
    """
  }

  private func commands(_ layer: LayerRecord) -> HTML {
    let repros = layer.results.map(\.repro).filter { !$0.isEmpty }
    guard !repros.isEmpty else { return "" }
    var seen: [String] = []
    for repro in repros where !seen.contains(repro) { seen.append(repro) }
    let lines = seen.map { "<code class=\"repro\">\($0)</code>\n" as HTML }
    return panel("Repeat the check", "\(lines)")
  }
}
