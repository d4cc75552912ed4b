import Foundation
import History

extension HTMLPage {
  /// One row per layer, the backends side by side; each row opens.
  var layerTable: HTML {
    guard !model.run.layers.isEmpty else { return "" }
    let subject = model.subject ?? RunModel.reference
    return section(
      "layers", "Layers",
      """
      <p class="hint">A layer's name opens its row: errors, samples, algorithms, history, and the command that \
      repeats the check. \(model.backends.map { "\(named($0)) " as HTML })Speed-up, GFLOP/s, share of roof, ULP and \
      trend are those of \(subject); error ratios are every backend's, on a logarithmic scale whose line marks the \
      bound.</p>
      \(filter)<div class="scroll" tabindex="0" role="group" aria-label="Table of layers">
      <table class="layers sortable">
      <thead>
      <tr>\(head("layer"))\(head("MACs", "num"))\(model.backends.map { head($0, "num") })\(head("speed-up", "num"))\
      \(head("GFLOP/s", "num"))\(head("of roof", "num"))\(head("error ratio", "num"))\(head("ULP 50·99·max", "num"))\
      \(head("status"))\(model.past.runs.count > 1 ? head("trend", "num") : "")</tr>
      </thead>
      <tbody>
      \(model.run.layers.map { row($0, subject: subject) + detail($0) })</tbody>
      </table>
      </div>

      """)
  }

  private func head(_ title: String, _ name: String = "") -> HTML {
    name.isEmpty ? "<th scope=\"col\">\(title)</th>" : "<th scope=\"col\" class=\"\(name)\">\(title)</th>"
  }

  /// How many columns the table has.
  var layerColumns: Int { 8 + model.backends.count + (model.past.runs.count > 1 ? 1 : 0) }

  /// Shown by the script, which alone can serve it.
  private var filter: HTML {
    let groups = KindGroup.allCases.filter { group in
      model.run.layers.contains { KindGroup(kind: $0.kind) == group }
    }
    return """
      <form class="filter" id="filter" hidden>
      <label>Name or shape <input type="search" id="filter-text" autocomplete="off" \
      placeholder="conv4, 3×3, dilation 6 …"></label>
      <label>Kind <select id="filter-kind"><option value="">all</option>\
      \(groups.map { "<option value=\"\($0.rawValue)\">\($0.title)</option>" as HTML })</select></label>
      <label>Status <select id="filter-status"><option value="">all</option><option value="bad">not good</option>\
      \(statuses.map { "<option>\($0.rawValue)</option>" as HTML })</select></label>
      <button type="button" id="open-all" aria-pressed="false">Open all</button>
      <output id="filter-count" aria-live="polite"></output>
      </form>

      """
  }

  private var statuses: [ResultStatus] { ResultStatus.allCases.filter { model.count($0) > 0 } }

  private func row(_ layer: LayerRecord, subject: String) -> HTML {
    let own = layer.result(of: subject)
    let isGood = layer.results.allSatisfy(\.isGoodThroughout)
    let found = Set(layer.results.map(\.status.rawValue)).sorted() + (isGood ? [] : ["bad"])
    return """
      <tr id="l\(layer.position)" class="row\(isGood ? "" : " bad")" data-kind="\(KindGroup(kind: layer.kind).rawValue)" \
      data-status="\(found.joined(separator: " "))"><th scope="row" data-v="\(layer.position)">\
      <button type="button" class="open" aria-expanded="false" aria-controls="d\(layer.position)">\(layer.name)</button>\
      <small>\(layer.words)</small></th>\
      \(cell("MACs", sort: Double(layer.macs), layer.macs > 0 ? Units.large(Double(layer.macs)) : Units.missing))\
      \(model.backends.map { timeCell(layer, $0) })\
      \(cell("speed-up", sort: model.speedUp(of: subject, in: layer), Units.factor(model.speedUp(of: subject, in: layer))))\
      \(cell("GFLOP/s", sort: own?.timing?.gflops, Units.rate(own?.timing?.gflops)))\
      \(roofCell(own?.timing?.roofFraction))\(ratioCell(layer))\(ulpCell(layer, own))\(statusCell(layer))\
      \(model.past.runs.count > 1 ? trendCell(layer, subject) : "")</tr>

      """
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
    let spread = Units.plusMinus(
      median: timing.median, low: timing.low, high: timing.high, samples: timing.samples.count)
    return cell(
      backend, sort: timing.median, "\(Units.duration(timing.median))<small>\(spread)</small>",
      class: "num time")
  }

  private func roofCell(_ fraction: Double?) -> HTML {
    guard let fraction else { return cell("of roof", sort: nil, Units.missing) }
    return cell(
      "of roof", sort: fraction,
      """
      <svg class="bar" aria-hidden="true"><rect width="\(share: fraction)" height="100%"/></svg>\
      <span>\(Units.percent(fraction))</span>
      """, class: "num roof")
  }

  private func ulpCell(_ layer: LayerRecord, _ own: ResultRecord?) -> HTML {
    guard let ulp = own?.ulp else { return cell("ULP 50·99·max", sort: nil, Units.missing) }
    let text = [ulp.p50, ulp.p99, ulp.max].map { Units.ulp($0) }.joined(separator: " · ")
    let spread = own.flatMap { model.spread(of: $0, in: layer) }
    return cell(
      "ULP 50·99·max", sort: ulp.max, "\(spread.map { Histogram($0.ulps).tiny } ?? "")<span>\(text)</span>",
      class: "num ulp")
  }

  private var networkChip: HTML { "<span class=\"chip s-failed\">✗ in network</span>" }

  /// One chip where all backends agree; otherwise one per status, after the marks of its backends. Candidates, which
  /// were tried and not chosen, do not count.
  private func statusCell(_ layer: LayerRecord) -> HTML {
    let results = model.backends.compactMap { layer.result(of: $0) }
    let rank = results.compactMap { ResultStatus.allCases.firstIndex(of: $0.status) }.max() ?? 0
    let byStatus = ResultStatus.allCases.map { status in
      (status: status, results: results.filter { $0.status == status })
    }.filter { !$0.results.isEmpty }
    let chips = byStatus.map { status, results -> HTML in
      let marks = byStatus.count > 1 ? results.map { marker($0.backend) } : []
      return "<span class=\"who\">\(marks)\(chip(status))</span>"
    }
    let chained = results.filter { $0.chained?.status.isGood == false }
    let network = chained.map { result -> HTML in
      "<span class=\"who\">\(marker(result.backend))\(networkChip)</span>"
    }
    return cell("status", sort: Double(rank), "\(chips)\(network)", class: "status")
  }
}
