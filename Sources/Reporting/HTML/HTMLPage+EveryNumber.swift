import History

extension HTMLPage {
  /// The whole record of results as a flat table, folded away.
  var everyNumber: HTML {
    guard !model.results.isEmpty else { return "" }
    let columns = [
      "layer", "backend", "algorithm", "status", "elements", "max |error|", "error ratio", "probabilistic",
      "ULP p50", "p99", "max", "in network", "local ratio", "drift", "median", "low", "high", "samples",
      "GFLOP/s", "roof",
    ]
    return """
      <details>
      <summary>Every number: \(Words.count(model.results.count, "result")), one row each</summary>
      <div class="scroll">
      <table class="flat sortable">
      <thead><tr>\(columns.map { "<th scope=\"col\">\($0)</th>" as HTML })</tr></thead>
      <tbody>
      \(model.results.map { layer, result in flatRow(layer, result) })</tbody>
      </table>
      </div>
      </details>

      """
  }

  private func flatRow(_ layer: LayerRecord, _ result: ResultRecord) -> HTML {
    """
    <tr><th scope="row" data-v="\(layer.position)">\(layer.name)</th><td>\(result.backend)</td>\
    <td>\(result.algorithm)</td><td>\(chip(result.status))</td>\
    \(number(Double(result.elements), "\(result.elements)"))\(small(result.maxAbsError))\
    \(small(result.maxRatio))\(small(result.probabilisticRatio))\(ulp(result.ulp?.p50))\
    \(ulp(result.ulp?.p99))\(ulp(result.ulp?.max))\
    <td>\(result.chained.map { chip($0.status) } ?? "–")</td>\(small(result.chained?.localRatio))\
    \(small(result.chained?.drift))\(timings(result.timing))</tr>

    """
  }

  private func timings(_ timing: TimingRecord?) -> HTML {
    let count = timing.map { "\($0.samples.count)" } ?? Units.missing
    return """
      \(number(timing?.median, Units.duration(timing?.median)))\
      \(number(timing?.low, Units.duration(timing?.low)))\
      \(number(timing?.high, Units.duration(timing?.high)))\
      \(number(timing.map { Double($0.samples.count) }, count))\
      \(number(timing?.gflops, Units.rate(timing?.gflops)))\
      \(number(timing?.roofFraction, Units.percent(timing?.roofFraction)))
      """
  }

  private func small(_ value: Double?) -> HTML { number(value, Units.small(value)) }

  private func ulp(_ value: Double?) -> HTML { number(value, Units.ulp(value)) }

  private func number(_ value: Double?, _ text: String) -> HTML {
    "<td class=\"num\" data-v=\"\(sortKey: value)\">\(text)</td>"
  }
}
