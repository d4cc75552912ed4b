import Foundation

/// verdict.json: the verdict with the outcome, exit code and sentence that follow from it.
package struct VerdictDocument: Encodable, Sendable {
  package let verdict: GateVerdict

  package init(_ verdict: GateVerdict) { self.verdict = verdict }

  private enum CodingKeys: String, CodingKey {
    case outcome, sentence
    case exitCode = "exit_code"
  }

  package func encode(to encoder: any Encoder) throws {
    try verdict.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(verdict.outcome, forKey: .outcome)
    try container.encode(verdict.outcome.exitCode, forKey: .exitCode)
    try container.encode(verdict.sentence, forKey: .sentence)
  }

  /// Sorted and indented, with a line break at the end: equal verdicts give equal bytes.
  package func text() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
  }
}
