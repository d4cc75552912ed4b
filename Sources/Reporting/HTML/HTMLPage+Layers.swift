import Foundation
import History

extension HTMLPage {
  /// One row per layer, the backends side by side.
  var layerTable: HTML {
    guard !model.run.layers.isEmpty else { return "" }
    let subject = model.subject ?? RunModel.reference
    let names = model.backends.map { "<span>\(marker($0))\($0)</span> " as HTML }
    return """
      <section id="layers">
      <h2>Layers</h2>
      <p class="hint">\(names) Columns of speed, ULP and network are those of \(subject); error ratios are all \
      backends', on a logarithmic scale whose line marks the bound.</p>
      <div class="scroll">
      <table class="layers sortable">
      <thead>
      <tr class="over"><th colspan="2"></th><th colspan="\(model.backends.count)" scope="colgroup">time per call</th>\
      <th colspan="3" scope="colgroup">speed of \(subject)</th><th colspan="3" scope="colgroup">accuracy, alone</th>\
      <th colspan="2" scope="colgroup">\(subject) in the network</th></tr>
      <tr><th scope="col">layer</th><th scope="col">MACs</th>\
      \(model.backends.map { "<th scope=\"col\">\($0)</th>" as HTML })\
      <th scope="col">speed-up</th><th scope="col">GFLOP/s</th><th scope="col">share of roof</th>\
      <th scope="col">error ratio</th><th scope="col">ULP 50·99·max</th><th scope="col" class="status">status</th>\
      <th scope="col">local ratio</th><th scope="col">drift</th></tr>
      </thead>
      <tbody>
      \(model.run.layers.map { row($0, subject: subject) })</tbody>
      </table>
      </div>
      </section>

      """
  }

  private func row(_ layer: LayerRecord, subject: String) -> HTML {
    let own = layer.result(of: subject)
    let isGood = layer.results.allSatisfy(\.isGoodThroughout)
    return """
      <tr\(isGood ? "" : " class=\"bad\"" as HTML)><th scope="row" data-v="\(layer.position)"><b>\(layer.name)</b>\
      <small>\(layer.words)</small></th>\
      \(cell("MACs", sort: Double(layer.macs), layer.macs > 0 ? Units.large(Double(layer.macs)) : Units.missing))\
      \(model.backends.map { timeCell(layer, $0) })\
      \(cell("speed-up", sort: model.speedUp(of: subject, in: layer), speedUp(layer, subject)))\
      \(cell("GFLOP/s", sort: own?.timing?.gflops, Units.rate(own?.timing?.gflops)))\
      \(roofCell(own?.timing?.roofFraction))\(ratioCell(layer))\(ulpCell(own?.ulp))\(statusCell(layer))\
      \(cell("local ratio", sort: own?.chained?.localRatio, Units.small(own?.chained?.localRatio)))\
      \(cell("drift", sort: own?.chained?.drift, Units.small(own?.chained?.drift)))</tr>

      """
  }

  private func speedUp(_ layer: LayerRecord, _ subject: String) -> String {
    Units.factor(model.speedUp(of: subject, in: layer))
  }

  /// - Parameter sort: what the script sorts by; nothing where it is nil.
  func cell(_ label: String, sort: Double?, _ content: HTML, class name: String = "num") -> HTML {
    "<td class=\"\(name)\" data-l=\"\(label)\" data-v=\"\(sortKey: sort)\">\(content)</td>"
  }

  func cell(_ label: String, sort: Double?, _ content: String) -> HTML {
    cell(label, sort: sort, "\(content)", class: "num")
  }

  private func timeCell(_ layer: LayerRecord, _ backend: String) -> HTML {
    guard let timing = layer.result(of: backend)?.timing else {
      return cell(backend, sort: nil, "<span class=\"dim\">–</span>", class: "num time")
    }
    let spread = Units.plusMinus(median: timing.median, low: timing.low, high: timing.high)
    let ends = "\(Units.duration(timing.low)) to \(Units.duration(timing.high))"
    let note = "\(ends), \(Words.count(timing.samples.count, "sample"))"
    return cell(
      backend, sort: timing.median,
      "<span title=\"\(note)\">\(Units.duration(timing.median))<small>\(spread)</small></span>",
      class: "num time")
  }

  private func roofCell(_ fraction: Double?) -> HTML {
    guard let fraction else { return cell("share of roof", sort: nil, Units.missing) }
    return cell(
      "share of roof", sort: fraction,
      """
      <svg class="bar" aria-hidden="true"><rect width="\(share: fraction)" height="100%"/></svg>\
      <span>\(Units.percent(fraction))</span>
      """, class: "num roof")
  }

  private func ulpCell(_ ulp: ULPDistances?) -> HTML {
    guard let ulp else { return cell("ULP", sort: nil, Units.missing) }
    let text = [ulp.p50, ulp.p99, ulp.max].map { Units.ulp($0) }.joined(separator: " · ")
    return cell("ULP", sort: ulp.max, text)
  }

  private var networkChip: HTML { "<span class=\"chip s-failed\">✗ in network</span>" }

  /// One chip where all backends agree; otherwise one per status, after the marks of its backends.
  private func statusCell(_ layer: LayerRecord) -> HTML {
    let rank = layer.results.compactMap { ResultStatus.allCases.firstIndex(of: $0.status) }.max() ?? 0
    let byStatus = ResultStatus.allCases.map { status in
      (status: status, results: layer.results.filter { $0.status == status })
    }.filter { !$0.results.isEmpty }
    let chips = byStatus.map { status, results -> HTML in
      let names = results.map(\.backend).joined(separator: ", ")
      let marks = byStatus.count > 1 ? results.map { marker($0.backend) } : []
      return "<span class=\"who\" title=\"\(names)\">\(marks)\(chip(status))</span>"
    }
    let chained = layer.results.filter { $0.chained?.status.isGood == false }
    let network = chained.map { result -> HTML in
      "<span class=\"who\">\(marker(result.backend))\(networkChip)</span>"
    }
    return cell("status", sort: Double(rank), "\(chips)\(network)", class: "status")
  }
}
