import Foundation

extension HTMLPage {
  /// Other programs on the same network, where they were recorded.
  var peers: HTML {
    let documents = model.attachments.peers.filter { $0.summary?.ratio?.median != nil }
    guard !documents.isEmpty else { return "" }
    let rows = documents.map { document -> [HTML] in
      let summary = document.summary
      let name = [document.peer?.name, document.peer?.version].compactMap { $0 }.joined(separator: " ")
      let notes = [document.peer?.deformConv, document.peer?.leftOut.map { "left out: \($0)" }].compactMap {
        $0
      }
      return [
        "\(name.isEmpty ? "peer" : name)", "\(document.network ?? "–")",
        "\(document.threads.map(String.init) ?? "–")", interval(summary?.peer), interval(summary?.ours),
        ratio(summary?.ratio), "\(document.rounds.map(String.init) ?? "–")",
        "\(Units.small(document.peer?.headError))", "\(notes.joined(separator: "; "))",
      ]
    }
    return section(
      "peers", "Beside other programs",
      """
      <p class="hint">Both on the same network, picture and weights, in one interleaved run. A ratio below 1 means \
      that ours is the faster one.</p>
      \(Self.table(
        ["program", "network", "threads", "its time", "ours", "ours ÷ its", "rounds", "its largest error", "notes"], rows,
        caption: "Other programs beside ours"))
      """)
  }

  private func interval(_ interval: PeersDocument.Interval?) -> HTML {
    guard let interval, let median = interval.median else { return "–" }
    guard let low = interval.low, let high = interval.high else { return "\(Units.duration(median))" }
    return "\(Units.duration(median)) <small>\(Units.duration(low)) – \(Units.duration(high))</small>"
  }

  private func ratio(_ interval: PeersDocument.Interval?) -> HTML {
    guard let interval, let median = interval.median else { return "–" }
    guard let low = interval.low, let high = interval.high else {
      return "\(Units.significant(median, digits: 3))"
    }
    return """
      <b>\(Units.significant(median, digits: 3))</b> <small>\(Units.significant(low, digits: 3)) – \
      \(Units.significant(high, digits: 3))</small>
      """
  }
}
