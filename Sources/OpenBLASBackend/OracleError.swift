import Catalogue

/// Why there is no oracle, or no truth.
package enum OracleError: Error, CustomStringConvertible, Sendable {
  /// The BLAS library disagrees with the reference by more than rounding can explain.
  case wrongLibrary(LibraryFault)
  case notLinear(layer: String, kind: LayerKind)
  case unfit(layer: String, rule: String)

  package var description: String {
    switch self {
    case .wrongLibrary(let fault):
      fault.description
    case .notLinear(let layer, let kind):
      "The oracle knows convolutions only; layer \(layer) is of kind \(kind.rawValue)."
    case .unfit(let layer, let rule):
      "The oracle can't evaluate layer \(layer): \(rule)."
    }
  }
}

/// One element that a BLAS library computes wrongly: which library, on which core, in which case, and how far off.
package struct LibraryFault: CustomStringConvertible, Sendable {
  /// What was compared.
  package enum Routine: String, Sendable {
    case sgemm = "cblas_sgemm"
    case dgemm = "cblas_dgemm"
    case magnitude = "cblas_dgemm on absolute values"
  }

  package let library: String
  package let core: String
  package let routine: Routine
  /// The case of the proof in words.
  package let proofCase: String
  /// The element, as an NCHW index.
  package let index: [Int]
  package let expected: Double
  package let got: Double
  /// The greatest difference that rounding can cause.
  package let bound: Double

  package var description: String {
    "The BLAS library \(library) is wrong on this processor (core \(core)): with \(routine.rawValue), "
      + "\(proofCase) gives \(got) at \(index) where the reference gives \(expected), and rounding explains a "
      + "difference of \(bound) at most. Another version of the library, or another OPENBLAS_CORETYPE in the "
      + "environment, may be right; other backends are not concerned."
  }
}
