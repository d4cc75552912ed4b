import Foundation

/// Numbers as verdicts show them.
enum Words {
  /// Three significant digits.
  static func digits(_ value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? "NaN" : "∞" }
    let magnitude = abs(value)
    if magnitude == 0 { return "0" }
    if magnitude < 0.001 { return String(format: "%.1e", value) }
    return String(format: "%.\(max(0, 2 - Int(floor(log10(magnitude)))))f", value)
  }

  /// A duration given in nanoseconds.
  static func time(_ nanoseconds: Double) -> String {
    switch nanoseconds {
    case ..<1e3: digits(nanoseconds) + " ns"
    case ..<1e6: digits(nanoseconds / 1e3) + " µs"
    case ..<1e9: digits(nanoseconds / 1e6) + " ms"
    default: digits(nanoseconds / 1e9) + " s"
    }
  }

  /// A ratio as a change: `+5.2 %`.
  static func change(_ ratio: Double) -> String { String(format: "%+.1f %%", (ratio - 1) * 100) }

  static func percent(_ share: Double) -> String { "\(digits(share * 100)) %" }

  /// `+5.2 % (+2.1 % to +8.4 %)`.
  static func change(_ interval: RatioInterval) -> String {
    guard interval.low > 0, let high = interval.high else {
      return change(interval.ratio) + " (no interval yet)"
    }
    return "\(change(interval.ratio)) (\(change(interval.low)) to \(change(high)))"
  }

  /// `3 layers`, `1 layer`.
  static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
