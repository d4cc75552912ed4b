import Foundation

extension HTMLPage {
  /// Other programs on the same network, where they were recorded.
  var peers: HTML {
    guard let document = model.peers else { return "" }
    let whole = document.whole.map { wholeTable(document, $0) } ?? ""
    let left: HTML = document.leftOut.map { " They leave out: \($0)." } ?? ""
    return section(
      "peers", "Beside other programs",
      """
      <p class="hint">On the same network, picture and weights with \
      \(Words.count(document.threads ?? 0, "thread")), in one interleaved run. A ratio below 1 means that ours is the \
      faster one.\(left)</p>
      \(whole)\(means(document))\(layerTable(document))
      """)
  }

  private func wholeTable(_ document: PeersDocument, _ whole: PeersDocument.Item) -> HTML {
    let rows = document.peers.filter { whole.times[$0.key] != nil }.map { peer -> [HTML] in
      [
        "\(peer.title)", time(whole.times[peer.key]), time(whole.times[PeersDocument.ours]),
        ratio(whole.ratios[peer.key]), "\(Units.small(whole.errors[peer.key] ?? nil))",
        whole.replaced.contains(peer.key)
          ? "<span class=\"words\">plain convolutions in place of the deformable ones</span>" as HTML : "",
      ]
    }
    return Self.table(
      ["program", "its time", "ours", "ours ÷ its", "its largest error", "note"], rows,
      caption: "Other programs and ours on the whole network")
  }

  /// Geometric means over the layers of a kind.
  private func means(_ document: PeersDocument) -> HTML {
    // Without layers, or of peers that ran none of a kind, there is no mean.
    let known = document.geometricMeans.filter { !$0.value.isEmpty }
    let rows = known.sorted { $0.key < $1.key }.map { kind, means -> [HTML] in
      ["\(kind)"]
        + (document.peers.map(\.key) + ["best"]).map { ratio(means[$0]) }
    }
    guard !rows.isEmpty else { return "" }
    return "<h3>Geometric means of ours ÷ theirs</h3>\n"
      + Self.table(
        ["kind"] + document.peers.map(\.name) + ["best of them"], rows,
        caption: "Geometric means over the layers of a kind")
  }

  private func layerTable(_ document: PeersDocument) -> HTML {
    guard !document.layers.isEmpty else { return "" }
    let rows = document.layers.map { item -> [HTML] in
      let layer = model.run.layers.first { $0.name == item.name }
      let best = document.peers.first { $0.key == item.best }
      return [
        layer.map(link) ?? "\(item.name)", "\(item.algorithm ?? Units.missing)",
        time(item.times[PeersDocument.ours]),
      ]
        + document.peers.map { peer in
          "\(time(item.times[peer.key]))\(item.replaced.contains(peer.key) ? " <small>plain</small>" as HTML : "")"
        } + [
          ratio(item.ratios["best"] ?? best.flatMap { item.ratios[$0.key] }),
          "\(best?.name ?? Units.missing)",
        ]
    }
    return "<details>\n<summary>Layer by layer</summary>\n"
      + Self.table(
        ["layer", "our algorithm", "ours"] + document.peers.map(\.name) + ["ours ÷ best", "best"], rows,
        caption: "Other programs and ours, layer by layer") + "</details>\n"
  }

  private func time(_ summary: PeersDocument.Summary?) -> HTML {
    guard let summary else { return "–" }
    guard let low = summary.low, let high = summary.high else { return "\(Units.duration(summary.median))" }
    return "\(Units.duration(summary.median)) <small>\(Units.duration(low)) – \(Units.duration(high))</small>"
  }

  private func ratio(_ summary: PeersDocument.Summary?) -> HTML {
    guard let summary else { return "–" }
    let median: HTML = "<b>\(Units.significant(summary.median, digits: 2))</b>"
    guard let low = summary.low, let high = summary.high else { return median }
    return
      "\(median) <small>\(Units.significant(low, digits: 2)) – \(Units.significant(high, digits: 2))</small>"
  }
}

extension RunModel {
  /// The newest comparison with other programs that is about this network and holds a time of ours. Where it leaves out
  /// the whole network or the layers, these come from the newest with as many threads that has them.
  var peers: PeersDocument? {
    let known = attachments.peers.filter { document in
      (document.network ?? run.header.network) == run.header.network && !document.peers.isEmpty
        && (document.holdsWhole || !document.layers.isEmpty)
    }
    guard var newest = known.last else { return nil }
    let others = known.filter { $0.threads == newest.threads }
    if !newest.holdsWhole { newest.whole = others.last(where: \.holdsWhole)?.whole }
    if newest.layers.isEmpty, let other = others.last(where: { !$0.layers.isEmpty }) {
      (newest.layers, newest.geometricMeans) = (other.layers, other.geometricMeans)
    }
    return newest
  }
}

extension PeersDocument {
  /// Whether the whole network was timed, ours too.
  fileprivate var holdsWhole: Bool { whole?.times[Self.ours] != nil }
}
