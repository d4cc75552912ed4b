/// One layer's accuracy on one side, as it was recorded.
package struct AccuracyRecord: Sendable, Hashable {
  package let layer: String
  package let backend: String
  package let algorithm: String
  /// Whether the status is exact, passed or marginal.
  package let isGood: Bool
  /// The largest |error| ÷ guaranteed bound; nil where nothing was compared.
  package let maxRatio: Double?

  package init(layer: String, backend: String, algorithm: String, isGood: Bool, maxRatio: Double?) {
    self.layer = layer
    self.backend = backend
    self.algorithm = algorithm
    self.isGood = isGood
    self.maxRatio = maxRatio
  }
}

/// A loss of precision that still passes: the error ratio of a layer and algorithm has doubled, or more.
package struct AccuracyAlert: Sendable, Hashable, Codable {
  package let layer: String
  package let backend: String
  package let algorithm: String
  package let baseRatio: Double
  package let headRatio: Double

  enum CodingKeys: String, CodingKey {
    case layer, backend, algorithm
    case baseRatio = "base_max_ratio"
    case headRatio = "head_max_ratio"
  }

  /// From which growth on an alert is raised. A rounding error is a matter of which way single roundings fall, and
  /// on the same data by the same algorithm it repeats exactly; one bit of precision lost doubles it.
  package static let growth = 2.0

  /// The alerts of `head` against `base`. An algorithm that the base did not run has nothing to be held against, and a
  /// result that is not good is a failed check, no alert.
  package static func all(base: [AccuracyRecord], head: [AccuracyRecord]) -> [AccuracyAlert] {
    let known = Dictionary(
      base.filter(\.isGood).compactMap { record in record.maxRatio.map { (Key(record), $0) } },
      uniquingKeysWith: { max($0, $1) })
    return head.compactMap { record in
      guard record.isGood, let now = record.maxRatio, let before = known[Key(record)],
        now >= growth * before, now > 0
      else { return nil }
      return AccuracyAlert(
        layer: record.layer, backend: record.backend, algorithm: record.algorithm, baseRatio: before,
        headRatio: now)
    }
  }

  private struct Key: Hashable {
    let layer: String
    let backend: String
    let algorithm: String

    init(_ record: AccuracyRecord) {
      layer = record.layer
      backend = record.backend
      algorithm = record.algorithm
    }
  }

  package var sentence: String {
    let before = baseRatio == 0 ? "was exact" : "was \(Words.digits(baseRatio)) of its bound"
    return "\(layer) on \(backend) (\(algorithm)) lost precision: its error \(before) and is now "
      + "\(Words.digits(headRatio)) of it."
  }
}
