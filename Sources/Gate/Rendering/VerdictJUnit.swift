/// The verdict as JUnit XML: a case per comparison. Slower and wrong are failures, what could not be told or measured is
/// skipped, and an obstacle to all comparison is an error.
package struct VerdictJUnit: Sendable {
  private let verdict: GateVerdict

  package init(_ verdict: GateVerdict) { self.verdict = verdict }

  package var text: String {
    let cases = self.cases
    func count(_ tag: String) -> Int { cases.filter { $0.contains("<\(tag) ") }.count }
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <testsuites>
      <testsuite name="efgrbench \(verdict.command) \(escaped(verdict.network))" tests="\(cases.count)" \
      failures="\(count("failure"))" errors="\(count("error"))" skipped="\(count("skipped"))">
      \(cases.joined(separator: "\n"))
      </testsuite>
      </testsuites>

      """
  }

  private var cases: [String] {
    var cases = [element("verdict", "gate", obstacle)]
    cases += (verdict.failures).map { element($0.layer, $0.backend + ".check", tag("failure", $0.message)) }
    cases += (verdict.missing).map { element($0.layer, $0.backend + ".coverage", tag("error", $0.message)) }
    cases += verdict.comparisons.map { row in
      element(row.layer ?? "whole network", row.backend + ".time", content(of: row))
    }
    cases += verdict.accuracyAlerts.map {
      element($0.layer, $0.backend + ".accuracy", verdict.failsOnAccuracy ? tag("failure", $0.sentence) : "")
    }
    return cases
  }

  private var obstacle: String { verdict.obstacle.map { tag("error", $0.sentence) } ?? "" }

  private func content(of row: LayerVerdict) -> String {
    let words = GateVerdict.words(row)
    if verdict.regressions.contains(row) { return tag("failure", "slower: \(words)") }
    if verdict.doubtful.contains(row) { return tag("skipped", "slower, but the control is biased: \(words)") }
    switch row.change {
    case .inconclusive: return tag("skipped", "inconclusive: \(words)")
    case .none: return tag("skipped", "no time to judge")
    case .same, .faster, .slower: return ""
    }
  }

  private func element(_ name: String, _ group: String, _ content: String) -> String {
    let head = "<testcase name=\"\(escaped(name))\" classname=\"\(escaped(group))\""
    return content.isEmpty ? head + "/>" : head + ">\(content)</testcase>"
  }

  private func tag(_ name: String, _ message: String) -> String {
    "<\(name) message=\"\(escaped(message))\"/>"
  }

  private func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      switch character {
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "&": result += "&amp;"
      case "\"": result += "&quot;"
      case _ where character.isNewline: result += " "
      default: result.append(character)
      }
    }
  }
}
