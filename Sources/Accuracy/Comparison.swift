import Catalogue
import Tensors

/// Holds outputs against the truth.
package enum Comparison {
  /// Less of the truth than this being non-zero, a case is mistrusted. The outputs it is chosen for, after a ReLU, are
  /// half zeros; a faulty implementation that answers 0 passes on zeros, and with fewer than one in a hundred
  /// elements that can tell, a fault in the others goes unseen.
  package static let leastNonZeroShare = 0.01

  /// Compares every known element.
  ///
  /// An element is right if its error is within the guaranteed bound, or, with `exact`, if it is the truth rounded to
  /// float32, zeros of either sign being equal. NaN is never right, and infinity only where the truth exceeds
  /// float32's range.
  ///
  /// - Parameter bounds: one per known element of `truth`.
  package static func judge(
    layer: Layer, output: Tensor<Float>, truth: Truth, bounds: ErrorBounds, exact: Bool
  ) -> Verdict {
    guard output.shape == truth.shape else {
      return .without(comparison: .failed, shapeMessage(layer, output.shape, truth.shape))
    }
    guard bounds.guaranteed.count == truth.values.count, bounds.probabilistic.count == truth.values.count
    else {
      return .without(
        comparison: .mistrusted,
        "There are \(bounds.guaranteed.count) bounds for \(truth.values.count) elements.")
    }
    var tally = Tally(shape: truth.shape, exact: exact)
    for position in truth.values.indices {
      let flat = truth.flatIndex(position)
      tally.add(
        flat: flat, got: output.values[flat], expected: truth.values[position],
        guaranteed: bounds.guaranteed[position], probabilistic: bounds.probabilistic[position])
    }
    return tally.verdict()
  }

  private static func shapeMessage(_ layer: Layer, _ got: Shape, _ expected: Shape) -> String {
    guard layer.hasDynamicOutput, got.rank == expected.rank, got.rank > 0 else {
      return "The output has shape \(got), not \(expected)."
    }
    return "The output has \(got[0]) rows, but the truth has \(expected[0])."
  }
}

/// What a comparison has seen so far.
private struct Tally {
  let shape: Shape
  let exact: Bool
  private var elements = 0
  private var nonZero = 0
  private var unbounded = 0
  private var maxAbsError = 0.0
  private var errorSum = 0.0
  private var maxRatio = 0.0
  private var maxProbabilisticRatio = 0.0
  private var histogram = ULPHistogram()
  private var spread: ErrorSpread
  private var failures = 0
  private var first: Verdict.Failure?

  init(shape: Shape, exact: Bool) {
    self.shape = shape
    self.exact = exact
    spread = ErrorSpread(shape: shape)
  }

  mutating func add(flat: Int, got: Float, expected: Double, guaranteed: Double, probabilistic: Double) {
    let rounded = Float(expected)
    let ulp = ULP.distance(got, rounded)
    let error = Self.error(got: got, expected: exact ? Double(rounded) : expected, ulp: ulp)
    elements += 1
    if expected != 0 { nonZero += 1 }
    if !exact && !guaranteed.isFinite { unbounded += 1 }
    histogram.add(ulp)
    maxAbsError = max(maxAbsError, error)
    errorSum += error
    let ratio = Self.ratio(error, exact ? 0 : guaranteed)
    maxRatio = max(maxRatio, ratio)
    spread.add(flat: flat, ratio: ratio, ulp: ulp)
    maxProbabilisticRatio = max(maxProbabilisticRatio, Self.ratio(error, exact ? 0 : probabilistic))
    guard !(ratio <= 1) else { return }
    failures += 1
    guard first == nil else { return }
    first = Verdict.Failure(
      flatIndex: flat, index: shape.index(ofFlat: flat), expected: expected, got: got,
      bound: exact ? 0 : guaranteed, ulp: ulp)
  }

  /// |got − expected|; infinite for NaN and for an infinity of its own, 0 where both overflow alike.
  private static func error(got: Float, expected: Double, ulp: Int) -> Double {
    guard got.isFinite else { return ulp == 0 && !got.isNaN ? 0 : .infinity }
    return abs(Double(got) - expected)
  }

  private static func ratio(_ error: Double, _ bound: Double) -> Double {
    if error == 0 { return 0 }
    guard error.isFinite, bound > 0 else { return .infinity }
    return error / bound
  }

  func verdict() -> Verdict {
    let ulp = histogram.statistics()
    let share = elements == 0 ? 0 : Double(nonZero) / Double(elements)
    let status = status(ulp, share)
    return Verdict(
      status: status, elements: elements, nonZeroShare: share, maxAbsError: maxAbsError, maxRatio: maxRatio,
      maxProbabilisticRatio: maxProbabilisticRatio, ulp: ulp, failures: failures, firstFailure: first,
      spread: spread, meanAbsError: elements == 0 ? 0 : errorSum / Double(elements),
      message: message(status, share))
  }

  private func status(_ ulp: ULPStatistics, _ share: Double) -> Status {
    if failures > 0 { return .failed }
    if unbounded > 0 || !(share >= Comparison.leastNonZeroShare) { return .mistrusted }
    if ulp.max == 0 { return .exact }
    return maxProbabilisticRatio <= 1 ? .passed : .marginal
  }

  private func message(_ status: Status, _ share: Double) -> String {
    switch status {
    case .exact: return "All \(elements) elements equal the truth rounded to float32."
    case .passed: return "All \(elements) elements are within the probabilistic bound."
    case .marginal:
      return "All \(elements) elements are within the guaranteed bound, some past the probabilistic one."
    case .mistrusted where elements == 0: return "Nothing was compared."
    case .mistrusted where unbounded > 0: return "\(unbounded) of \(elements) elements have no finite bound."
    case .mistrusted:
      return "Of \(elements) true values only \(nonZero) are not zero: the case cannot tell right from wrong."
    case .failed:
      guard let first else { return "The output is wrong." }
      return """
        \(failures) of \(elements) elements are past the \(exact ? "exact truth" : "guaranteed bound"); the first, at \
        \(first.index), should be \(first.expected) and is \(first.got), \(first.ulp) ULP away, with a bound of \
        \(first.bound).
        """
    case .unimplemented, .refused: return ""
    }
  }
}
