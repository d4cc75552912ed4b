import Foundation

/// A JSON value that keeps 64-bit integers exact and booleans apart from numbers, as keys and streams of recipes and
/// the attributes of layers need it.
enum JSONValue: Sendable, Hashable {
  case null
  case boolean(Bool)
  case unsigned(UInt64)
  case signed(Int64)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  /// Parses a text.
  ///
  /// - Throws: ``FormatViolation`` that calls the text `name`.
  static func parse(_ text: String, as name: String) throws(FormatViolation) -> JSONValue {
    do {
      return try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
    } catch {
      throw FormatViolation("\(name) is not valid JSON")
    }
  }

  /// Parses a text that must be an object.
  static func parseObject(
    _ text: String, as name: String
  ) throws(FormatViolation) -> [String: JSONValue] {
    guard case .object(let fields) = try parse(text, as: name) else {
      throw FormatViolation("\(name) is no JSON object")
    }
    return fields
  }

  /// The value as a count, when it is a whole number that is not negative.
  var count: Int? { integer.flatMap { $0 >= 0 ? $0 : nil } }

  /// The value as an integer.
  var integer: Int? {
    switch self {
    case .unsigned(let value): Int(exactly: value)
    case .signed(let value): Int(exactly: value)
    case .null, .boolean, .number, .string, .array, .object: nil
    }
  }

  /// The value as a finite number.
  var double: Double? {
    switch self {
    case .unsigned(let value): Double(value)
    case .signed(let value): Double(value)
    case .number(let value): value.isFinite ? value : nil
    case .null, .boolean, .string, .array, .object: nil
    }
  }
}

extension JSONValue: Codable {
  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .boolean(value)
    } else if let value = try? container.decode(UInt64.self) {
      self = .unsigned(value)
    } else if let value = try? container.decode(Int64.self) {
      self = .signed(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .boolean(let value): try container.encode(value)
    case .unsigned(let value): try container.encode(value)
    case .signed(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .string(let value): try container.encode(value)
    case .array(let values): try container.encode(values)
    case .object(let fields): try container.encode(fields)
    }
  }

  /// The value as text, keys sorted, so that the same value gives the same text.
  func text() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }
}
