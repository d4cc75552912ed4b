/// A piece of HTML. Text that is interpolated is escaped; only another `HTML` goes in as it is, so that no name, path or
/// message from the data can become markup.
struct HTML: ExpressibleByStringInterpolation, Sendable {
  let text: String

  init(stringLiteral value: String) { text = value }

  init(stringInterpolation: Interpolation) { text = stringInterpolation.text }

  private init(text: String) { self.text = text }

  static func + (left: HTML, right: HTML) -> HTML { HTML(text: left.text + right.text) }

  /// Markup that was written by this program.
  static func trusted(_ text: String) -> HTML { HTML(text: text) }

  struct Interpolation: StringInterpolationProtocol {
    fileprivate var text = ""

    init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity * 2) }

    mutating func appendLiteral(_ literal: String) { text += literal }
    mutating func appendInterpolation(_ html: HTML) { text += html.text }
    mutating func appendInterpolation(_ pieces: some Sequence<HTML>) {
      for piece in pieces { text += piece.text }
    }
    mutating func appendInterpolation(_ plain: String) { text += plain.htmlEscaped }
    mutating func appendInterpolation(_ number: Int) { text += "\(number)" }
    /// What the script sorts by; nothing for what is missing or no number.
    mutating func appendInterpolation(sortKey number: Double?) {
      if let number, !number.isNaN { text += "\(number)" }
    }
    /// A coordinate to a hundredth.
    mutating func appendInterpolation(decimal number: Double) {
      text += number.isFinite ? "\((number * 100).rounded() / 100)" : "0"
    }
    /// A share of 0…1 as a CSS percentage.
    mutating func appendInterpolation(share: Double) {
      let hundredths = (min(max(share, 0), 1) * 10_000).rounded()
      text += "\(hundredths / 100)%"
    }
  }
}

extension UInt8 {
  /// Whether this byte of UTF-8 is for certain no part of what must be escaped: control characters above ASCII begin
  /// with C2.
  fileprivate var isPlainInHTML: Bool {
    switch self {
    case UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""), UInt8(ascii: "'"), 0xC2,
      0x7F:
      false
    default: self >= 0x20
    }
  }
}

extension String {
  /// Safe as text and inside quoted attributes; characters that HTML forbids become U+FFFD.
  var htmlEscaped: String {
    guard !utf8.allSatisfy(\.isPlainInHTML) else { return self }
    var escaped = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      case "\t", "\n": escaped.unicodeScalars.append(scalar)
      case _ where scalar.properties.generalCategory == .control: escaped += "\u{FFFD}"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}
