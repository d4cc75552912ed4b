/// What a comparison found.
package struct Verdict: Sendable {
  /// One element that is past its bound.
  package struct Failure: Sendable {
    /// The element's place in the flat output.
    package let flatIndex: Int
    /// The same, outermost axis first.
    package let index: [Int]
    package let expected: Double
    package let got: Float
    package let bound: Double
    /// Distance from the truth rounded to float32.
    package let ulp: Int
  }

  package let status: Status
  /// How many elements were compared.
  package let elements: Int
  /// The share of compared elements whose truth is not zero.
  package let nonZeroShare: Double
  package let maxAbsError: Double
  /// The largest |error| / guaranteed bound; 0/0 counts as 0, x/0 as infinity, and so does a NaN.
  package let maxRatio: Double
  /// The same with the probabilistic bound.
  package let maxProbabilisticRatio: Double
  package let ulp: ULPStatistics
  /// How many elements are past the guaranteed bound.
  package let failures: Int
  package let firstFailure: Failure?
  /// How many decisions fell otherwise than in exact arithmetic, each within its margin; only `nms` decides.
  package private(set) var flips = 0
  /// How the errors are spread; nil where no elements were compared one by one.
  package private(set) var spread: ErrorSpread?
  /// The mean of |error| over the compared elements; infinite where one is.
  package private(set) var meanAbsError = 0.0
  /// One sentence for people.
  package let message: String

  /// A verdict without a comparison, such as an output of another shape.
  package static func without(comparison status: Status, _ message: String) -> Verdict {
    Verdict(
      status: status, elements: 0, nonZeroShare: 0, maxAbsError: 0, maxRatio: 0, maxProbabilisticRatio: 0,
      ulp: ULPStatistics(p50: 0, p99: 0, max: 0), failures: 0, firstFailure: nil, message: message)
  }

  /// The same findings under another status, for a reason that the elements alone do not show.
  package func overruled(by status: Status, _ message: String) -> Verdict {
    Verdict(
      status: status, elements: elements, nonZeroShare: nonZeroShare, maxAbsError: maxAbsError,
      maxRatio: maxRatio, maxProbabilisticRatio: maxProbabilisticRatio, ulp: ulp, failures: failures,
      firstFailure: firstFailure, flips: flips, spread: spread, meanAbsError: meanAbsError, message: message)
  }
}
