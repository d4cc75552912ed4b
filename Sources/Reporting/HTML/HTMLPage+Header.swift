import History

extension HTMLPage {
  /// The verdict and where it comes from.
  var header: HTML {
    let header = model.run.header
    let environment = header.environment
    let mark =
      switch verdict.tone {
      case .good: "✓"
      case .partial: "◐"
      case .bad: "✗"
      }
    let notices = verdict.notices.map { "<p class=\"notice\">\($0)</p>\n" as HTML }
    let facts = [
      header.label, header.started.reportText, "commit \(environment.git.reportText)",
      header.machine.cpuModel, "\(Words.count(environment.threads, "thread")), \(environment.instructionSet)",
    ]
    return """
      <header>
      <div class="verdict \(verdict.tone.rawValue)">
      <p class="eyebrow">efgrbench · \(header.network)</p>
      <h1><span class="mark" aria-hidden="true">\(mark)</span> \(verdict.sentence.withUnitsKeptTogether)</h1>
      <p class="facts">\(facts.filter { !$0.isEmpty }.map { "<span>\($0)</span>" as HTML })</p>
      \(notices)</div>
      </header>

      """
  }

  /// Everything that is not good, with the command that repeats it.
  var failures: HTML {
    let bad = model.bad
    let refused = model.run.refused
    guard !bad.isEmpty || !refused.isEmpty else { return "" }
    let items = bad.map { layer, result in failure(layer: layer, result: result) }
    let files = refused.map { "<li><b>\($0.file)</b> \(chip(.refused))<br>\($0.message)</li>\n" as HTML }
    return section("failures", "What is not good", "<ul class=\"failures\">\n\(items)\(files)</ul>\n")
  }

  private func failure(layer: LayerRecord, result: ResultRecord) -> HTML {
    let chained: HTML =
      result.chained.map { $0.status.isGood ? "" : " · in the network \(chip($0.status))" } ?? ""
    let message: HTML = result.message.isEmpty ? "" : "<br>\(result.message)"
    let element: HTML =
      result.firstFailure.map {
        """
        <br>first at [\($0.index.map(String.init).joined(separator: ", "))]: expected \
        <code>\(Units.exact($0.expected))</code>, got <code>\(Units.exact($0.got))</code>, bound \
        <code>\(Units.small($0.bound))</code>
        """
      } ?? ""
    let repro: HTML = result.repro.isEmpty ? "" : "<br><code class=\"repro\">\(result.repro)</code>"
    return """
      <li><b>\(link(layer))</b> on \(result.backend) (\(result.algorithm)) \(chip(result.status))\(chained)\
      \(message)\(element)\(repro)</li>

      """
  }

  /// A status in colour, sign and word.
  func chip(_ status: ResultStatus) -> HTML {
    "<span class=\"chip s-\(status.rawValue)\">\(status.sign) \(status.rawValue)</span>"
  }
}

extension String {
  /// With no-break spaces between numbers and units of time, for headings.
  fileprivate var withUnitsKeptTogether: String {
    replacing(#/(\d) (ns|µs|ms|s)\b/#) { "\($0.output.1)\u{A0}\($0.output.2)" }
  }
}

extension ResultStatus {
  /// Tells statuses apart without colour.
  var sign: String {
    switch self {
    case .exact: "="
    case .passed: "✓"
    case .marginal: "~"
    case .failed: "✗"
    case .mistrusted: "?"
    case .unimplemented: "–"
    case .refused: "!"
    }
  }
}
