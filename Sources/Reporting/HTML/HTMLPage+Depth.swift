import Foundation
import History

extension HTMLPage {
  /// How errors grow from layer to layer in the chained network.
  var depth: HTML {
    let parts = [depthOfErrors, depthOfRatios].compactMap { $0 }
    guard !parts.isEmpty else { return "" }
    return section("depth", "Error through the depth", "<div class=\"pair\">\(parts)</div>")
  }

  /// Own and inherited errors of the subject, and every backend's total.
  private var depthOfErrors: HTML? {
    let shares = model.run.layers.enumerated().compactMap { place, layer in
      model.networkLayer(layer).map { (place: place, layer: layer, shares: $0.shares) }
    }
    let subject = model.subject ?? ""
    let totals = model.backends.compactMap {
      backend -> (backend: String, points: [(place: Int, layer: LayerRecord, value: Double)])? in
      let points = model.run.layers.enumerated().compactMap { place, layer in
        layer.result(of: backend)?.chained?.drift.map { (place: place, layer: layer, value: $0) }
      }
      return points.isEmpty ? nil : (backend, points)
    }
    let values = totals.flatMap { $0.points.map(\.value) }
    guard !values.filter({ $0 > 0 }).isEmpty else { return nil }
    let own = shares.compactMap { one in one.shares[subject].map { (one.place, $0.local.value) } }
    let plot = Plot(
      x: layerAxis,
      y: .logarithmic(
        "error relative to the layer's largest value", holding: values + own.map(\.1), label: Axis.power),
      summary: "Relative error of each layer in the network, in the network's order")
    var whole = plot
    whole.marks =
      [plot.curve(own.map { (Double($0.0), $0.1 > 0 ? $0.1 : nil) }, class: "own")]
      + totals.flatMap { backend, points in
        points.filter { $0.value > 0 }.map { point in
          plot.mark(
            self, backend, x: Double(point.place), y: point.value,
            note: "\(point.layer.name) on \(backend): \(Units.small(point.value))")
        }
      }
    let worst = totals.enumerated().map { place, total -> HTML in
      let largest = total.points.max { $0.value < $1.value }
      return """
        \(named(total.backend)) at most \(Units.small(largest?.value)) in \
        \(largest.map { link($0.layer) } ?? "–")\(place < totals.count - 1 ? "; " : ".")
        """
    }
    let key: HTML =
      own.isEmpty
      ? "" : "The line is what each layer adds itself on \(subject); what lies above it was inherited. "
    return """
      <div><h3>Own and inherited error</h3>
      <p class="hint">Marks: difference from the golden network's output. \(key)\(worst)</p>
      \(whole.html)</div>
      """
  }

  /// Each layer's own error, in bounds, on the inputs that it got.
  private var depthOfRatios: HTML? {
    let points = model.run.layers.enumerated().flatMap { place, layer in
      layer.results.compactMap { result in
        result.chained?.localRatio.map { (place: place, layer: layer, backend: result.backend, ratio: $0) }
      }
    }
    guard !points.isEmpty else { return nil }
    let shown = points.map { max($0.ratio, Self.leastRatio) }
    let shownBackends = model.backends.filter { backend in points.contains { $0.backend == backend } }
    let plot = Plot(
      x: layerAxis, y: .logarithmic("local error ÷ bound", holding: shown + [1], label: Axis.power),
      summary: "Each layer's own error in bounds, in the network's order")
    var whole = plot
    whole.marks =
      [plot.line((plot.x.low, 1), (plot.x.high, 1), class: "bound", note: "the bound")]
      + points.map { point in
        plot.mark(
          self, point.backend, x: Double(point.place), y: max(point.ratio, Self.leastRatio),
          note: "\(point.layer.name) on \(point.backend): \(Units.small(point.ratio))")
      }
    return """
      <div><h3>Local error in bounds</h3>
      <p class="hint">\(shownBackends.map { "\(named($0)) " as HTML })What each layer does to the inputs that it really \
      got, over the bound that follows from them. Exact layers lie at the foot; the dashed line is the bound.</p>
      \(whole.html)</div>
      """
  }

  /// The layers in order, some of them named.
  private var layerAxis: Axis {
    let layers = model.run.layers
    let count = 5
    let places = (0..<count).map { $0 * max(layers.count - 1, 0) / (count - 1) }
    return Axis(
      title: "layers in the network's order", low: 0, high: Double(max(layers.count - 1, 1)),
      isLogarithmic: false,
      ticks: Array(Set(places)).sorted().filter(layers.indices.contains).map { (Double($0), layers[$0].name) }
    )
  }

  /// What the tensors need while the network runs.
  var memory: HTML {
    guard let subject = model.subject else { return "" }
    var elapsed = 0.0
    let steps = model.run.layers.compactMap {
      layer -> (layer: LayerRecord, start: Double, end: Double, bytes: Int)? in
      guard let bytes = model.networkLayer(layer)?.liveBytes else { return nil }
      let start = elapsed
      elapsed += layer.result(of: subject)?.timing?.median ?? 0
      return (layer, start, elapsed, bytes)
    }
    guard let peak = steps.max(by: { $0.bytes < $1.bytes }), elapsed > 0 else { return "" }
    let mebibyte = 1_048_576.0
    let plot = Plot(
      x: .linear("time on \(subject)", holding: [elapsed], isTight: true) { Units.roundDuration($0) },
      y: .linear("MiB alive", holding: steps.map { Double($0.bytes) / mebibyte }) {
        Units.significant($0, digits: 2)
      },
      summary: "Bytes of live tensors over time; most, \(Units.bytes(peak.bytes)), in \(peak.layer.name)")
    var whole = plot
    whole.marks = [
      plot.curve(
        steps.flatMap { [($0.start, Double($0.bytes) / mebibyte), ($0.end, Double($0.bytes) / mebibyte)] },
        class: "live")
    ]
    return section(
      "memory", "Memory over time",
      """
      <p class="hint">Inputs, outputs and everything that a later layer still reads, computed from the network's \
      tensors in its order: \(Units.bytes(peak.bytes)) at the most, in \(link(peak.layer)). Parameters, \
      \(Units.bytes(4 * model.run.layers.reduce(0) { $0 + $1.parameters })), come on top, and so does what a backend \
      packs or unfolds.</p>
      \(whole.html)
      """)
  }
}
