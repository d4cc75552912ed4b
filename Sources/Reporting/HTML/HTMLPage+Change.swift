import Foundation
import History

extension HTMLPage {
  /// What differs from the run that this one is compared with.
  var change: HTML {
    guard let comparison = model.comparison else { return "" }
    let base = comparison.base.header
    let names = model.backends.filter { backend in comparison.rows.contains { $0.backend == backend } }
    let rows = comparison.rows.sorted { abs($0.logRatio ?? 0) > abs($1.logRatio ?? 0) }
    let shown = rows.filter { $0.isApart || $0.becameBad || $0.becameGood }
    let body = shown.map { row -> [HTML] in
      [
        link(row.layer), named(row.backend),
        row.statuses.0 == row.statuses.1
          ? chip(row.statuses.1) : "\(chip(row.statuses.0)) → \(chip(row.statuses.1))",
        "\(Units.duration(row.times.0))", "\(Units.duration(row.times.1))",
        "\(row.logRatio.map { Units.change(exp($0) - 1) } ?? Units.missing)",
        "\(Units.small(row.ratios.0))", "\(Units.small(row.ratios.1))",
      ]
    }
    let totals = names.compactMap { backend -> HTML? in
      guard let before = RunModel(comparison.base).networkTime(of: backend),
        let after = model.networkTime(of: backend)
      else { return nil }
      return
        "<li>\(named(backend)): the network \(Units.duration(before)) → \(Units.duration(after)) (\(Units.change(after / before - 1)))</li>\n"
    }
    let table: HTML =
      body.isEmpty
      ? "<p>No layer's interval lies apart from the other run's, and no status differs.</p>\n"
      : Self.table(
        ["layer", "backend", "status", "before", "now", "change", "ratio before", "ratio now"], body,
        caption: "Layers that differ from the other run")
    return section(
      "change", "Against \(base.label.isEmpty ? "run \(base.uuid.prefix(8))" : base.label)",
      """
      <p class="hint">Run \(String(base.uuid.prefix(8))) of \(base.started.reportText), commit \
      \(base.environment.git.reportText). Two runs at different times differ by the machine's mood too: intervals that \
      lie apart are a hint, and <code>efgrbench ab</code> is the proof.\(comparison.warning)</p>
      <ul>
      \(totals)</ul>
      \(table)
      """)
  }
}
