import Foundation

/// Differences between two maps, a byte per cell, on a scale that is symmetric about 0.
package struct DifferenceLevels: Sendable, Hashable, Codable {
  /// What no difference becomes.
  package static let middle: UInt8 = 128

  /// The largest |difference|, in the maps' own unit: level 1 stands for −largest, 255 for +largest.
  package var largest: Double
  /// Row-major, linear. 0: one of the two numbers is not finite.
  package var levels: Data

  package init(largest: Double, levels: Data) {
    self.largest = largest
    self.levels = levels
  }

  /// `map` − `other`, cell by cell.
  package init(_ map: [Double], less other: [Double]) {
    let differences = zip(map, other).map(-)
    let largest = differences.filter(\.isFinite).map(abs).max() ?? 0
    let scale = largest > 0 ? Double(UInt8.max - Self.middle) / largest : 0
    self.init(
      largest: largest,
      levels: Data(
        differences.map { $0.isFinite ? UInt8(Double(Self.middle) + ($0 * scale).rounded()) : 0 }))
  }

  /// Where a level lies between −`largest`, 0, and `largest`, 1; nil where there was no finite difference.
  package static func share(_ level: UInt8) -> Double? {
    level == 0 ? nil : (Double(level) - 1) / Double(UInt8.max - 1)
  }
}
