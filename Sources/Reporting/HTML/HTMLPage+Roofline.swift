import Foundation
import History
import Measurement

extension HTMLPage {
  /// Every layer with operations, between the roofs that were measured in the same run.
  var roofline: HTML {
    guard let roofs = model.run.header.roofs else { return "" }
    let points = rooflinePoints(roofs)
    guard !points.isEmpty else { return "" }
    var plot = Plot(
      x: .logarithmic("operations per byte", holding: points.map(\.intensity)) { Units.plain($0) },
      y: .logarithmic("GFLOP/s", holding: points.map(\.height) + [roofs.gflops]) { Units.plain($0) },
      summary: "Roofline: \(Words.count(points.count, "result")) by operations per byte and GFLOP/s, "
        + "below a peak of \(Units.rate(roofs.gflops)) GFLOP/s")
    plot.marks =
      roofLines(roofs, plot)
      + points.map { point in
        plot.mark(
          self, point.backend, x: point.intensity, y: point.height,
          note: "\(point.layer.name) on \(point.backend): \(Units.rate(point.rate)) GFLOP/s at "
            + "\(Units.rate(point.intensity)) operations per byte, \(Units.percent(point.share)) of the roof")
      }
    plot.words =
      slopes(roofs).map { (plot.x.low, $0.gbps * plot.x.low, "\($0.level) \(Units.rate($0.gbps)) GB/s") }
      .filter { $0.1 < roofs.gflops } + [
        (plot.x.low, roofs.gflops, "peak \(Units.rate(roofs.gflops)) GFLOP/s")
      ]
    return section(
      "roofline", "Roofline",
      """
      <p class="hint">\(model.backends.map { "\(named($0)) " as HTML })Every layer with operations, as far \
      below its roof as it was when both were measured beside each other: the roofs drawn are the best that the run saw, \
      and where other guests of the machine held layer and roof down, the layer's rate, which its mark tells, is lower \
      than drawn; where a layer's bytes nearly fill a level of the memory, its roof lies between that level's and the next. An \
      algorithm that needs fewer operations than the direct one may lie above the peak.</p>
      \(plot.html)
      """)
  }

  private func slopes(_ roofs: Roofs) -> [(level: String, gbps: Double)] {
    roofs.caches.map { ($0.level, $0.gbps) } + [("memory", roofs.gbps)]
  }

  private struct RooflinePoint {
    let layer: LayerRecord
    let backend: String
    let intensity: Double
    /// GFLOP/s as measured.
    let rate: Double
    /// Of the roof beside which it was measured.
    let share: Double
    /// GFLOP/s at the same share of the roof that is drawn.
    let height: Double
  }

  private func rooflinePoints(_ roofs: Roofs) -> [RooflinePoint] {
    model.results.compactMap { layer, result in
      guard let rate = result.timing?.gflops, let share = result.timing?.roofFraction, layer.macs > 0,
        layer.bytes > 0
      else { return nil }
      let flops = 2 * Double(layer.macs)
      return RooflinePoint(
        layer: layer, backend: result.backend, intensity: flops / Double(layer.bytes), rate: rate,
        share: share, height: share * flops / roofs.leastNanoseconds(flops: flops, bytes: layer.bytes))
    }
  }

  /// The peak, and each bandwidth up to where it meets the peak.
  private func roofLines(_ roofs: Roofs, _ plot: Plot) -> [HTML] {
    let peak = plot.line(
      (plot.x.low, roofs.gflops), (plot.x.high, roofs.gflops), class: "roof",
      note: "peak \(Units.rate(roofs.gflops)) GFLOP/s")
    let slopes = slopes(roofs).compactMap {
      level, gbps -> HTML? in
      let start = max(plot.x.low, plot.y.low / gbps)
      let end = min(plot.x.high, roofs.gflops / gbps)
      guard gbps > 0, start < end else { return nil }
      return plot.line(
        (start, start * gbps), (end, end * gbps), class: "roof", note: "\(level) \(Units.rate(gbps)) GB/s")
    }
    return [peak] + slopes
  }

  /// The subject's layers that spend the most time above what the roofs allow.
  var farFromRoof: HTML {
    guard let subject = model.subject else { return "" }
    let losses = model.run.layers.compactMap { layer -> (layer: LayerRecord, time: Double, loss: Double)? in
      guard let timing = layer.result(of: subject)?.timing, let least = timing.leastNanoseconds else {
        return nil
      }
      return (layer, timing.median, timing.median - least)
    }.filter { $0.loss > 0 }.sorted { $0.loss > $1.loss }
    guard !losses.isEmpty else { return "" }
    let whole = model.timedSum(of: subject)
    let rows = losses.prefix(8).map { one -> [HTML] in
      [
        link(one.layer), "\(Units.duration(one.time))", "\(Units.duration(one.time - one.loss))",
        "\(Units.duration(one.loss))", "\(Units.percent(one.loss / whole))",
      ]
    }
    return "<h3>Where \(subject) is furthest from the roofs</h3>\n"
      + Self.table(
        ["layer", "time", "least time", "above it", "of the network"], rows,
        caption: "Layers by time above the least that the roofs allow")
  }
}
