import Foundation

extension HTMLPage {
  /// How often the regression gate cries wolf, and what it sees.
  var gate: HTML {
    guard let gate = model.attachments.gate.last, !(gate.measured + gate.simulated).isEmpty else { return "" }
    let table = Self.table(
      ["slow-down", "tried as", "suites", "false alarms", "changed", "found", "share found"],
      rows(gate.measured, "processes") + rows(gate.simulated, "simulation"),
      caption: "What the gate found of slow-downs that were put in on purpose")
    return section(
      "gate", "The gate",
      """
      <p class="hint">Two builds compared in interleaved processes, \
      \(gate.blocks.map { "\($0) blocks a stage" } ?? "blocks as each layer's noise asks")\
      \(gate.comparisons.map { ", \($0) comparisons" } ?? ""). \
      \(falseAlarms(gate))</p>
      <div class="pair"><div>\(curve(gate))</div><div>\(table)</div></div>

      """)
  }

  private func falseAlarms(_ gate: GateDocument) -> String {
    [("measured", gate.measured), ("simulated", gate.simulated)].compactMap { name, tried -> String? in
      let unchanged = tried.filter { $0.slowDown == 0 }.map(\.count)
      let suites = unchanged.reduce(0) { $0 + $1.suites }
      guard suites > 0 else { return nil }
      return "Of \(Words.count(suites, "\(name) suite")) in which nothing had changed "
        + "\(unchanged.reduce(0) { $0 + $1.falseRed }) ended in red."
    }.joined(separator: " ")
  }

  private func rows(_ tried: [GateDocument.Tried], _ name: String) -> [[HTML]] {
    tried.map { one in
      let share = one.count.changed > 0 ? Double(one.count.found) / Double(one.count.changed) : nil
      return [
        "\(one.slowDown == 0 ? "none" : Units.change(one.slowDown))", "\(name)", "\(one.count.suites)",
        "\(one.count.falseRed)", "\(one.count.changed)", "\(one.count.found)", "\(Units.percent(share))",
      ]
    }
  }

  /// Share found by slow-down: the operating curve.
  private func curve(_ gate: GateDocument) -> HTML {
    func points(_ tried: [GateDocument.Tried]) -> [(Double, Double?)] {
      tried.filter { $0.count.changed > 0 }.sorted { $0.slowDown < $1.slowDown }.map {
        ($0.slowDown, Double($0.count.found) / Double($0.count.changed))
      }
    }
    let all = points(gate.measured + gate.simulated)
    guard !all.isEmpty else { return "" }
    let plot = Plot(
      x: .linear("slow-down", holding: all.map(\.0)) { Units.percent($0) },
      y: Axis(
        title: "share found", low: 0, high: 1, isLogarithmic: false,
        ticks: [0, 0.25, 0.5, 0.75, 1].map { ($0, Units.percent($0)) }),
      summary: "Share of slow-downs that the gate finds, by their size")
    var whole = plot
    whole.marks =
      [plot.curve(points(gate.simulated), class: "past b2")]
      + points(gate.measured).map { slowDown, share in
        plot.mark(
          self, model.subject ?? "", x: slowDown, y: share ?? 0, note: "measured: \(Units.percent(share))")
      }
    return "<p class=\"note\">Line: simulated on recorded noise. Marks: real processes.</p>\n" + whole.html
  }
}
