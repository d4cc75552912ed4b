import Foundation

/// Numbers as people read them.
enum Quantity {
  /// A duration given in nanoseconds, three significant digits: `1.23 ms`.
  static func time(_ nanoseconds: Double) -> String {
    switch nanoseconds {
    case ..<1e3: digits(nanoseconds) + " ns"
    case ..<1e6: digits(nanoseconds / 1e3) + " µs"
    case ..<1e9: digits(nanoseconds / 1e6) + " ms"
    default: digits(nanoseconds / 1e9) + " s"
    }
  }

  /// A count with its decimal prefix: `2.36 M`.
  static func count(_ value: Int) -> String {
    switch value {
    case ..<1000: "\(value)"
    case ..<1_000_000: digits(Double(value) / 1e3) + " k"
    case ..<1_000_000_000: digits(Double(value) / 1e6) + " M"
    default: digits(Double(value) / 1e9) + " G"
    }
  }

  /// Bytes as decimal megabytes: `254 MB`.
  static func megabytes(_ bytes: Int) -> String { digits(Double(bytes) / 1e6) + " MB" }

  /// Three significant digits.
  static func digits(_ value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? "NaN" : "∞" }
    let magnitude = abs(value)
    if magnitude == 0 { return "0" }
    if magnitude < 0.001 { return String(format: "%.1e", value) }
    let places = max(0, 2 - Int(floor(log10(magnitude))))
    return String(format: "%.\(places)f", value)
  }
}
