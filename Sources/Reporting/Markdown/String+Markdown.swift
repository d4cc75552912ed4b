extension String {
  /// Plain text in Markdown, on one line: nothing in it is markup, HTML or a cell's end.
  var markdownEscaped: String {
    var escaped = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "\\", "`", "*", "_", "[", "]", "|", "#", "~": escaped += "\\\(scalar)"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "&": escaped += "&amp;"
      case "\n", "\r", "\t": escaped += " "
      case _ where scalar.properties.generalCategory == .control: escaped += "\u{FFFD}"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }

  /// A code span, fenced by more backticks than the text has in a row.
  var markdownCode: String {
    let text = split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).joined(separator: " ")
    var longest = 0
    var current = 0
    for character in text {
      current = character == "`" ? current + 1 : 0
      longest = max(longest, current)
    }
    let fence = String(repeating: "`", count: longest + 1)
    return longest > 0 ? "\(fence) \(text) \(fence)" : "\(fence)\(text)\(fence)"
  }
}
