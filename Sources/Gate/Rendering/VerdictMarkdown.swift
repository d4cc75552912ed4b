/// The verdict as a summary for a pull request: the sentence, what changed, what is doubtful, and every comparison folded
/// away.
package struct VerdictMarkdown: Sendable {
  private let verdict: GateVerdict

  package init(_ verdict: GateVerdict) { self.verdict = verdict }

  package var text: String {
    var lines = ["## efgrbench: \(escaped(verdict.sentence))", ""]
    lines.append(
      "`\(code(verdict.base.name))` → `\(code(verdict.head.name))`, \(escaped(verdict.network)), exit code "
        + "\(verdict.outcome.exitCode)")
    lines += list("Failed the check", verdict.failures.map(Self.words))
    lines += list("Not compared", verdict.missing.map(Self.words))
    lines += table("Slower", verdict.regressions + verdict.doubtful)
    lines += table("Faster", verdict.improvements)
    lines += table("Accepted", verdict.comparisons.filter { !$0.accepted.isEmpty })
    lines += list("Precision", verdict.accuracyAlerts.map(\.sentence))
    lines += table("Whole network", verdict.totals)
    lines += folded
    lines += list("Notes", verdict.notes + discards)
    return lines.joined(separator: "\n") + "\n"
  }

  private var discards: [String] {
    verdict.discarded.map { "Block \($0.block) was thrown away: \($0.rule)." }
  }

  private static func words(_ finding: GateVerdict.Finding) -> String {
    "\(finding.layer) on \(finding.backend): \(finding.message)"
  }

  private func list(_ title: String, _ sentences: [String]) -> [String] {
    sentences.isEmpty ? [] : ["", "### \(title)", ""] + sentences.map { "- \(escaped($0))" }
  }

  private func table(_ title: String, _ rows: [LayerVerdict]) -> [String] {
    rows.isEmpty ? [] : ["", "### \(title)", ""] + self.rows(rows)
  }

  private var folded: [String] {
    guard !verdict.layers.isEmpty else { return [] }
    let summary = "Every comparison (\(verdict.layers.count))"
    return ["", "<details><summary>\(summary)</summary>", ""] + rows(verdict.layers) + ["", "</details>"]
  }

  private func rows(_ verdicts: [LayerVerdict]) -> [String] {
    [
      "| layer | backend | verdict | change (interval) | base | head | visible from |",
      "|---|---|---|---|--:|--:|--:|",
    ]
      + verdicts.map { row in
        let cells = [
          row.layer ?? "whole network", row.backend, Self.name(of: row), GateVerdict.words(row),
          row.baseMedian.map(Words.time) ?? "–", row.headMedian.map(Words.time) ?? "–",
          row.smallestVisible.map { Words.percent($0) } ?? "–",
        ]
        return "| " + cells.map(escaped).joined(separator: " | ") + " |"
      }
  }

  private static func name(of row: LayerVerdict) -> String {
    if !row.accepted.isEmpty { return "slower, accepted: \(row.accepted)" }
    let name = row.change == .none ? "no verdict (\(row.headStatus))" : row.change.rawValue
    return row.isControlBiased ? name + ", control biased" : name
  }

  /// Nothing in it is markup or ends a cell.
  private func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      switch character {
      case "|", "*", "_", "`", "[", "]", "#", "~", "\\": result += "\\\(character)"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "&": result += "&amp;"
      case _ where character.isNewline: result += " "
      default: result.append(character)
      }
    }
  }

  private func code(_ text: String) -> String { text.filter { $0 != "`" && !$0.isNewline } }
}
