import Foundation

/// How values that have no column type of their own are written.
enum ColumnCoding {
  /// ISO 8601 in UTC with milliseconds: sorts as text.
  static func text(_ date: Date) -> String { date.formatted(dateStyle) }

  static func date(_ text: String) -> Date? { try? dateStyle.parse(text) }

  private static let dateStyle = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

  /// JSON with sorted keys, so that equal values are equal texts.
  static func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  static func value<Value: Decodable>(_ json: String, as type: Value.Type = Value.self) throws -> Value {
    try JSONDecoder().decode(type, from: Data(json.utf8))
  }

  /// Float64 in little-endian order, eight bytes each.
  static func blob(_ samples: [Double]) -> Data {
    Data(
      samples.flatMap { sample in
        (0..<8).map { UInt8(truncatingIfNeeded: sample.bitPattern >> ($0 * 8)) }
      })
  }

  static func samples(_ blob: Data) -> [Double] {
    let bytes = [UInt8](blob)
    return stride(from: 0, to: bytes.count - bytes.count % 8, by: 8).map { start in
      Double(bitPattern: (0..<8).reduce(0) { $0 | UInt64(bytes[start + $1]) << ($1 * 8) })
    }
  }
}
