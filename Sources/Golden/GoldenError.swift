/// A golden file or pack that breaks a rule of the format. Nothing of it is used.
package struct GoldenError: Error, CustomStringConvertible, Sendable, Hashable {
  /// The file or folder, as it was named.
  package let file: String
  /// The rule that is broken, with what was found: a clause that follows "is refused:".
  package let rule: String

  package init(file: String, rule: String) {
    self.file = file
    self.rule = rule
  }

  package var description: String { "\(file) is refused: \(rule)." }
}

/// A broken rule, before the file's name is known.
struct FormatViolation: Error {
  let rule: String
  init(_ rule: String) { self.rule = rule }
}
