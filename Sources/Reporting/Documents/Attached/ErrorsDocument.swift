import Foundation

/// How each result's errors are spread, as a run attaches it to its record: `efgrbench-errors/1`.
package struct ErrorsDocument: Sendable, Hashable, Codable {
  package static let schema = "efgrbench-errors/1"

  /// One result.
  package struct Spread: Sendable, Hashable, Codable {
    package var layer: String
    package var backend: String
    package var algorithm: String
    /// Elements whose |error| / guaranteed bound is 0; below 2⁻¹⁴; then by octaves up to [½, 1]; above 1.
    package var ratios: [Int]
    /// Elements that are 0, 1, 2–3, 4–7 … ULP off; the last number counts 65536 and more.
    package var ulps: [Int]
    package var map: LevelMap?

    package init(
      layer: String, backend: String, algorithm: String, ratios: [Int], ulps: [Int], map: LevelMap?
    ) {
      self.layer = layer
      self.backend = backend
      self.algorithm = algorithm
      self.ratios = ratios
      self.ulps = ulps
      self.map = map
    }
  }

  package var schema: String
  package var spreads: [Spread]

  package init(spreads: [Spread]) {
    schema = Self.schema
    self.spreads = spreads
  }
}

/// A small map of ratios, a byte per cell, on a logarithmic scale.
package struct LevelMap: Sendable, Hashable, Codable {
  package var rows: Int
  package var columns: Int
  /// Row-major. 0: nothing was compared. 1: a ratio of 0. b ≥ 2: 2^((b − 2)/8 − 24), which is known to 5 %; 255 also
  /// stands for everything larger.
  package var levels: Data

  package init(rows: Int, columns: Int, levels: Data) {
    self.rows = rows
    self.columns = columns
    self.levels = levels
  }

  /// - Parameter ratios: row-major; nil where nothing was compared.
  package init(rows: Int, columns: Int, ratios: [Double?]) {
    self.init(rows: rows, columns: columns, levels: Data(ratios.map(Self.level)))
  }

  package static func level(_ ratio: Double?) -> UInt8 {
    guard let ratio else { return 0 }
    guard !ratio.isNaN else { return 255 }
    return ratio <= 0 ? 1 : UInt8(min(max((log2(ratio) + 24) * 8 + 2, 2), 255).rounded())
  }

  /// The ratio that a level stands for; nil where nothing was compared.
  package static func ratio(_ level: UInt8) -> Double? {
    level == 0 ? nil : level == 1 ? 0 : exp2((Double(level) - 2) / 8 - 24)
  }
}
