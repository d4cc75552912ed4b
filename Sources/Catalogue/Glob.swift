/// A pattern for layer names: `*` stands for any run of characters, `?` for one, `{a,b}` and `a,b` for either.
package struct Glob: Sendable, Hashable {
  private let alternatives: [[Character]]

  package init(_ pattern: String) {
    alternatives = Self.expanded(pattern).map(Array.init)
  }

  /// Whether the whole of `name` fits the pattern. O(pattern × name).
  package func matches(_ name: String) -> Bool {
    let name = Array(name)
    return alternatives.contains { Self.matches($0[...], name[...]) }
  }

  private static func matches(_ pattern: ArraySlice<Character>, _ name: ArraySlice<Character>) -> Bool {
    guard let first = pattern.first else { return name.isEmpty }
    switch first {
    case "*":
      return (name.startIndex...name.endIndex).contains { matches(pattern.dropFirst(), name[$0...]) }
    case "?":
      return !name.isEmpty && matches(pattern.dropFirst(), name.dropFirst())
    default:
      return name.first == first && matches(pattern.dropFirst(), name.dropFirst())
    }
  }

  /// Splits at commas outside braces, then expands each brace.
  private static func expanded(_ pattern: String) -> [String] {
    split(pattern).flatMap { part -> [String] in
      guard let open = part.firstIndex(of: "{"), let close = part[open...].firstIndex(of: "}") else {
        return [part]
      }
      let choices = part[part.index(after: open)..<close].split(
        separator: ",", omittingEmptySubsequences: false)
      let (prefix, suffix) = (String(part[..<open]), String(part[part.index(after: close)...]))
      return choices.flatMap { expanded(prefix + String($0) + suffix) }
    }
  }

  private static func split(_ pattern: String) -> [String] {
    var parts = [""]
    var depth = 0
    for character in pattern {
      if character == "{" { depth += 1 }
      if character == "}" { depth -= 1 }
      if character == ",", depth == 0 { parts.append("") } else { parts[parts.count - 1].append(character) }
    }
    return parts
  }
}
