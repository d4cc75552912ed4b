import Foundation

/// A number that JSON can hold, whatever it was: NaN becomes null, an infinity the greatest finite number of its sign,
/// so that comparisons such as `max_ratio > 1` still hold.
package struct JSONNumber: Sendable, Hashable, Codable, ExpressibleByFloatLiteral,
  ExpressibleByIntegerLiteral
{
  package let value: Double

  package init(_ value: Double) { self.value = value }
  package init(floatLiteral value: Double) { self.value = value }
  package init(integerLiteral value: Int) { self.value = Double(value) }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    value = container.decodeNil() ? .nan : try container.decode(Double.self)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if value.isNaN {
      try container.encodeNil()
    } else {
      let limit = Double.greatestFiniteMagnitude
      try container.encode(min(max(value, -limit), limit))
    }
  }
}

/// A member that is always there, as null where there is nothing.
package struct Nullable<Wrapped: Codable & Sendable & Hashable>: Sendable, Hashable, Codable {
  package let value: Wrapped?

  package init(_ value: Wrapped?) { self.value = value }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    value = container.decodeNil() ? nil : try container.decode(Wrapped.self)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if let value { try container.encode(value) } else { try container.encodeNil() }
  }
}

extension Nullable where Wrapped == JSONNumber {
  /// Nil is null.
  package init(number: Double?) { self.init(number.map { JSONNumber($0) }) }
}

extension Encodable {
  /// The value as JSON: members sorted, indented, dates in ISO 8601 with milliseconds, a line break at the end. Equal
  /// values give equal bytes.
  ///
  /// - Parameter isIndented: whether people are to read it too.
  package func jsonText(isIndented: Bool = true) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if isIndented { encoder.outputFormatting.insert(.prettyPrinted) }
    encoder.dateEncodingStrategy = .custom { date, encoder in
      var container = encoder.singleValueContainer()
      try container.encode(date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
    }
    return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
  }
}
