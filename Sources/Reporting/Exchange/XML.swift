/// A piece of XML 1.0. As with ``HTML``, interpolated text is escaped, and only another `XML` goes in as it is.
struct XML: ExpressibleByStringInterpolation, Sendable {
  let text: String

  init(stringLiteral value: String) { text = value }

  init(stringInterpolation: Interpolation) { text = stringInterpolation.text }

  struct Interpolation: StringInterpolationProtocol {
    fileprivate var text = ""

    init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity * 2) }

    mutating func appendLiteral(_ literal: String) { text += literal }
    mutating func appendInterpolation(_ xml: XML) { text += xml.text }
    mutating func appendInterpolation(_ pieces: [XML]) { for piece in pieces { text += piece.text } }
    mutating func appendInterpolation(_ plain: String) { text += plain.xmlEscaped }
    mutating func appendInterpolation(_ number: Int) { text += "\(number)" }
    /// Nanoseconds as seconds with three places, all that Jenkins' schema takes.
    mutating func appendInterpolation(seconds nanoseconds: Double) {
      let milliseconds = nanoseconds.isFinite ? max(0, (nanoseconds / 1e6).rounded()) : 0
      text += "\(milliseconds / 1e3)"
    }
  }
}

extension String {
  /// Safe as text and in attributes of XML 1.0, which has no place for most control characters, U+FFFE and U+FFFF:
  /// they become U+FFFD. Line breaks and tabs are kept as references, for attributes would lose them.
  var xmlEscaped: String {
    var escaped = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&apos;"
      case "\t", "\n", "\r": escaped += "&#\(scalar.value);"
      case "\u{FFFE}", "\u{FFFF}": escaped += "\u{FFFD}"
      case _ where scalar.value < 0x20: escaped += "\u{FFFD}"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}
