import Foundation

/// Numbers as a reader wants them: three digits that mean something, with a unit.
enum Units {
  static let missing = "–"

  /// Nanoseconds as ns, µs, ms or s.
  static func duration(_ nanoseconds: Double?) -> String {
    guard let nanoseconds, nanoseconds.isFinite else { return missing }
    return scaled(nanoseconds, units: ["ns", "µs", "ms", "s"])
  }

  /// A round duration on an axis: `10 ms`, not `10.0 ms`.
  static func roundDuration(_ nanoseconds: Double) -> String {
    var value = nanoseconds
    var unit = 0
    let units = ["ns", "µs", "ms", "s"]
    while abs(value) >= 999.5, unit < units.count - 1 {
      value /= 1000
      unit += 1
    }
    return "\(plain(value)) \(units[unit])"
  }

  /// 1234567 → 1.23 M.
  static func large(_ count: Double?) -> String {
    guard let count, count.isFinite else { return missing }
    return scaled(count, units: ["", "k", "M", "G", "T"])
  }

  /// A round number without a unit: 0.1, 10, 1000.
  static func plain(_ value: Double) -> String {
    String(format: "%g", value)
  }

  /// Bytes in powers of 1024.
  static func bytes(_ count: Int) -> String {
    var value = Double(count)
    var unit = 0
    let units = ["B", "KiB", "MiB", "GiB", "TiB"]
    while value >= 1023.5, unit < units.count - 1 {
      value /= 1024
      unit += 1
    }
    return "\(significant(value, digits: 3)) \(units[unit])"
  }

  /// 12.3×.
  static func factor(_ value: Double?) -> String {
    guard let value, value.isFinite else { return missing }
    return "\(significant(value, digits: value < 10 ? 2 : 3))×"
  }

  /// 0.613 → 61 %.
  static func percent(_ fraction: Double?) -> String {
    guard let fraction, fraction.isFinite else { return missing }
    let percent = fraction * 100
    if percent > 0, percent < 0.05 { return "<0.1 %" }
    return percent > 0 && percent < 9.95
      ? "\(String(format: "%.1f", percent)) %" : "\(Int(percent.rounded())) %"
  }

  /// 0.034 → +3.4 %; −12 %.
  static func change(_ fraction: Double?) -> String {
    guard let fraction, fraction.isFinite else { return missing }
    if abs(fraction) < 0.0005 { return "±0 %" }
    return (fraction < 0 ? "−" : "+") + percent(abs(fraction))
  }

  /// A relative half-width: ±0.6 %. A single sample says nothing of its own spread.
  static func plusMinus(median: Double, low: Double, high: Double, samples: Int) -> String {
    guard median > 0 else { return missing }
    return samples > 1 ? "±\(percent((high - low) / 2 / median))" : Words.count(samples, "sample")
  }

  /// Errors and ratios: two digits, in powers of ten below 0.0001 and above 10000.
  static func small(_ value: Double?) -> String {
    guard let value else { return missing }
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "−∞" : "∞" }
    let text = plainSmall(value)
    let parts = text.split(separator: "e")
    guard parts.count == 2, let power = Int(parts[1]) else { return text }
    return "\(parts[0])×10\(superscript(power))"
  }

  /// As ``small(_:)``, in ASCII, for a bitmap font: 1.2e-06.
  static func plainSmall(_ value: Double) -> String {
    if value == 0 { return "0" }
    let size = abs(value)
    return size >= 0.0001 && size < 10_000
      ? significant(value, digits: 2) : String(format: "%.1e", value)
  }

  /// −12 → ⁻¹².
  static func superscript(_ power: Int) -> String {
    let digits = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
    let raised = "\(power.magnitude)".compactMap(\.wholeNumberValue).map { digits[$0] }
    return (power < 0 ? "⁻" : "") + String(raised)
  }

  /// Distances in ULP: whole numbers up to four digits, then thousands as of MACs.
  static func ulp(_ value: Double?) -> String {
    guard let value, value == value.rounded() else { return small(value) }
    return abs(value) < 10_000 ? "\(Int(value))" : large(value)
  }

  /// A number as exactly as float64 shows it, for expected and actual values.
  static func exact(_ value: Double) -> String {
    value.isFinite ? "\(value)" : small(value)
  }

  /// GFLOP/s.
  static func rate(_ value: Double?) -> String {
    guard let value, value.isFinite else { return missing }
    return significant(value, digits: value >= 1 ? 3 : 2)
  }

  private static func scaled(_ number: Double, units: [String]) -> String {
    var value = number
    var unit = 0
    while abs(value) >= 999.5, unit < units.count - 1 {
      value /= 1000
      unit += 1
    }
    let text = unit == 0 && value == value.rounded() ? "\(Int(value))" : significant(value, digits: 3)
    return units[unit].isEmpty ? text : "\(text) \(units[unit])"
  }

  /// The value in plain notation with at least `digits` significant digits, never fewer than its whole part has.
  static func significant(_ value: Double, digits: Int) -> String {
    guard value != 0, value.isFinite else { return value == 0 ? "0" : small(value) }
    let rounded = Double(String(format: "%.\(digits - 1)e", value)) ?? value
    let magnitude = Int(floor(log10(abs(rounded))))
    return String(format: "%.\(max(digits - 1 - magnitude, 0))f", value)
  }
}

/// Small pieces of language.
enum Words {
  /// `1 layer`, `2 layers`.
  static func count(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
  }
}

extension String {
  var capitalisedFirst: String { prefix(1).uppercased() + dropFirst() }
}
