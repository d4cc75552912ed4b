import Foundation
import History

extension HTMLPage {
  /// The samples of each timed implementation, one strip each.
  func samples(_ layer: LayerRecord) -> HTML {
    let timed = layer.results.filter { $0.timing?.samples.isEmpty == false }
    guard !timed.isEmpty else { return "" }
    return panel(
      "Samples",
      """
      <p class="note">Each dot is one sample, from the first on top to the last; the line is the median, the band its \
      interval. Every strip has its own scale.</p>
      \(timed.compactMap { result in result.timing.map { strip(result, $0) } })
      """)
  }

  private func strip(_ result: ResultRecord, _ timing: TimingRecord) -> HTML {
    let all = timing.samples + [timing.low, timing.high]
    guard let low = all.min(), let high = all.max() else { return "" }
    let span = max(high - low, low * 0.001, 1e-9)
    let x = { (value: Double) in Int(((value - low) / span * 960 + 20).rounded()) }
    let step = 80 / Double(max(timing.samples.count - 1, 1))
    let dots = timing.samples.enumerated().map { place, sample in
      "M\(x(sample)) \(Int((10 + Double(place) * step).rounded()))h0"
    }.joined()
    let summary =
      "\(Words.count(timing.samples.count, "sample")) on \(result.backend), \(Units.duration(low)) to "
      + "\(Units.duration(high)), median \(Units.duration(timing.median))"
    return """
      <div class="dots b\(index(of: result.backend) % 4)"><p>\(named(result.backend)) <small>\(result.algorithm)</small></p>\
      <svg viewBox="0 0 1000 100" preserveAspectRatio="none" role="img" aria-label="\(summary)">\
      <rect class="band" x="\(x(timing.low))" width="\(max(x(timing.high) - x(timing.low), 1))" height="100"/>\
      <path class="dot" d="\(HTML.trusted(dots))"/><path class="median" d="M\(x(timing.median)) 0V100"/></svg>\
      <p class="ends"><span>\(Units.duration(low))</span><span>\(Units.duration(high))</span></p></div>

      """
  }

  /// Time against error of everything that was tried, and those that nothing beats in both.
  func front(_ layer: LayerRecord) -> HTML {
    let tried = layer.results.compactMap { result -> (result: ResultRecord, time: Double, ratio: Double)? in
      guard let time = result.timing?.median, let ratio = result.maxRatio else { return nil }
      return (result, time, max(ratio, Self.leastRatio))
    }
    guard tried.count > 1 else { return "" }
    let plot = Plot(
      x: .logarithmic("time per call", holding: tried.map(\.time)) { Units.roundDuration($0) },
      y: .logarithmic("error ratio", holding: tried.map(\.ratio) + [1], label: Axis.power),
      summary: "Time against error ratio of \(Words.count(tried.count, "implementation")) of \(layer.name)")
    let best = tried.filter { one in
      !tried.contains {
        $0.time <= one.time && $0.ratio <= one.ratio && ($0.time, $0.ratio) != (one.time, one.ratio)
      }
    }.sorted { $0.time < $1.time }
    let lines = zip(best, best.dropFirst()).flatMap { left, right in
      [
        plot.line((left.time, left.ratio), (right.time, left.ratio), class: "frontier"),
        plot.line((right.time, left.ratio), (right.time, right.ratio), class: "frontier"),
      ]
    }
    let marks = tried.map { one in
      plot.mark(
        self, one.result.backend, x: one.time, y: one.ratio,
        note:
          "\(one.result.backend), \(one.result.algorithm): \(Units.duration(one.time)), ratio \(Units.small(one.result.maxRatio))"
      )
    }
    var whole = plot
    whole.marks = lines + marks
    return panel("Speed against error", whole.html)
  }

  /// Ratios of 0 lie here on logarithmic scales.
  static var leastRatio: Double { 1e-6 }

  /// A layer's times over the runs.
  func history(_ layer: LayerRecord) -> HTML {
    let series = model.backends.compactMap { backend in
      model.past(of: layer, on: backend).map { (backend: backend, points: $0.points) }
    }.filter { $0.points.count { $0.median != nil } > 1 && $0.backend != RunModel.reference }
    let times = series.flatMap { $0.points.compactMap(\.median) }
    guard !times.isEmpty else { return "" }
    let last = Double(max(model.past.runs.count - 1, 1))
    let plot = Plot(
      x: Axis(
        title: "run", low: 0, high: last, isLogarithmic: false,
        ticks: [
          (0, model.past.runs.first?.started.dayText ?? ""),
          (last, model.past.runs.last?.started.dayText ?? ""),
        ]),
      y: .linear("time per call", holding: times) { Units.roundDuration($0) },
      summary: "Times of \(layer.name) over \(Words.count(model.past.runs.count, "run"))")
    var whole = plot
    whole.marks =
      series.flatMap { backend, points -> [HTML] in
        let line = plot.curve(Self.thinned(points), class: "past b\(index(of: backend) % 4)")
        let bad = points.filter { !$0.isGood }.suffix(20).map { point in
          plot.mark(
            self, backend, x: Double(point.run), y: point.median ?? 0,
            note: "not good in \(model.past.runs[point.run].uuid.prefix(8))")
        }
        return [line] + bad
      }
      + model.steps[layer.name, default: []].map { point in
        plot.line(
          (Double(point.run), plot.y.low), (Double(point.run), plot.y.high), class: "step",
          note: point.sentence)
      }
    let steps = model.steps[layer.name, default: []].map { "<li>\($0.sentence)</li>\n" as HTML }
    return panel(
      "History", "\(whole.html)\(steps.isEmpty ? "" : "<ul class=\"steps\">\(steps)</ul>" as HTML)")
  }

  /// At most 100 points: medians of consecutive runs where there are more.
  private static func thinned(_ points: [PastResults.Point]) -> [(Double, Double?)] {
    let timed = points.compactMap { point in point.median.map { (Double(point.run), $0) } }
    guard timed.count > 100 else { return timed.map { ($0.0, $0.1) } }
    let runs = Sparkline.reduced(timed.map(\.0), to: 100)
    let times = Sparkline.reduced(timed.map(\.1), to: 100)
    return zip(runs, times).map { ($0, $1) }
  }
}

extension Date {
  /// `2026-11-23`.
  var dayText: String { String(formatted(Date.ISO8601FormatStyle()).prefix(10)) }
}
