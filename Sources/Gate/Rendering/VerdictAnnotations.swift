/// The verdict as workflow commands of GitHub Actions, a line each: errors for what fails, warnings for what deserves a look
/// (https://docs.github.com/actions/reference/workflow-commands-for-github-actions).
package struct VerdictAnnotations: Sendable {
  private let verdict: GateVerdict

  package init(_ verdict: GateVerdict) { self.verdict = verdict }

  package var text: String {
    var lines: [String] = []
    func add(_ level: String, _ title: String, _ message: String) {
      lines.append("::\(level) title=\(property(title))::\(data(message))")
    }
    let level = verdict.outcome == .good ? "notice" : verdict.outcome == .inconclusive ? "warning" : "error"
    add(level, "efgrbench", verdict.sentence)
    for finding in verdict.failures + verdict.missing {
      add("error", "\(finding.layer) on \(finding.backend)", finding.message)
    }
    for slower in verdict.regressions { add("error", "slower", words(slower)) }
    for slower in verdict.doubtful { add("warning", "slower, but the control is biased", words(slower)) }
    for alert in verdict.accuracyAlerts { add("warning", "precision", alert.sentence) }
    return lines.map { $0 + "\n" }.joined()
  }

  private func words(_ row: LayerVerdict) -> String { "\(row.subject): \(GateVerdict.words(row))" }

  private func data(_ text: String) -> String {
    text.replacing("%", with: "%25").replacing("\r", with: "%0D").replacing("\n", with: "%0A")
  }

  private func property(_ text: String) -> String {
    data(text).replacing(":", with: "%3A").replacing(",", with: "%2C")
  }
}
