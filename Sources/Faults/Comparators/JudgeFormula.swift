import Accuracy
import Catalogue

/// A judge with its decisions laid open. Unedited it finds what the standard judge finds.
struct JudgeFormula: Sendable {
  /// The known elements that are looked at.
  var places: @Sendable (Exhibit) -> [Int] = { Array($0.truth.values.indices) }
  /// The output's element that belongs to a known one.
  var got: @Sendable (Exhibit, Int) -> Float = { $0.output.values[$0.truth.flatIndex($1)] }
  /// The value that it is held against.
  var expected: @Sendable (Exhibit, Int) -> Double = { exhibit, place in
    exhibit.isExact ? Double(Float(exhibit.truth.values[place])) : exhibit.truth.values[place]
  }
  var error: @Sendable (Float, Double) -> Double = { JudgeFormula.distance($0, $1) }
  var bound: @Sendable (Exhibit, Int) -> Double = { $0.isExact ? 0 : $0.bounds.guaranteed[$1] }
  /// Whether an element is wrong, from error, bound and the value expected.
  var isWrong: @Sendable (Double, Double, Double) -> Bool = { error, bound, _ in !(error <= bound) }
  /// Whether the output is wrong, from its elements.
  var isAnyWrong: @Sendable ([Bool]) -> Bool = { $0.contains(true) }
  var leastNonZeroShare = Comparison.leastNonZeroShare
  var comparesShapes = true
  var countsBounds = true
  var needsFiniteBounds = true
  var trustsNothing = false

  /// Multiplies every bound by a factor, from exhibit and place.
  mutating func scaleBound(_ factor: @escaping @Sendable (Exhibit, Int) -> Double) {
    bound = { $0.isExact ? 0 : factor($0, $1) * $0.bounds.guaranteed[$1] }
  }

  /// Whether the judge lets the output pass.
  func isGood(_ exhibit: Exhibit) -> Bool {
    if comparesShapes && exhibit.output.shape != exhibit.truth.shape { return false }
    let known = exhibit.truth.values
    if exhibit.bounds.guaranteed.count != known.count {
      guard !countsBounds else { return false }
    }
    let compared = places(exhibit).filter { $0 < exhibit.bounds.guaranteed.count }
    let wrong = compared.map { place in
      let expected = expected(exhibit, place)
      return isWrong(error(got(exhibit, place), expected), bound(exhibit, place), expected)
    }
    if isAnyWrong(wrong) { return false }
    if needsFiniteBounds && !exhibit.bounds.guaranteed.allSatisfy(\.isFinite) { return false }
    guard !known.isEmpty else { return trustsNothing }
    return Double(known.filter { $0 != 0 }.count) >= leastNonZeroShare * Double(known.count)
  }

  /// |got − expected|; infinite for what is not finite, 0 where both overflow alike.
  static func distance(_ got: Float, _ expected: Double) -> Double {
    guard got.isFinite else { return got == Float(expected) ? 0 : .infinity }
    return abs(Double(got) - expected)
  }
}
