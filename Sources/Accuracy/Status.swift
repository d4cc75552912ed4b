/// What a check found out. The raw values are those of the reports and of `verify --json`.
package enum Status: String, Sendable, Hashable, CaseIterable, Codable {
  /// Every element is the truth rounded to float32: 0 ULP.
  case exact
  /// Within the probabilistic bound.
  case passed
  /// Past the probabilistic bound somewhere, within the guaranteed bound everywhere.
  case marginal
  /// Past the guaranteed bound, of another shape, or NaN or infinite where the truth is not.
  case failed
  /// The case cannot tell right from wrong: nothing was compared, or almost all of the truth is zero.
  case mistrusted
  /// The backend offers the kind but has no implementation.
  case unimplemented
  /// The case's file breaks a rule of the format.
  case refused

  /// Whether the implementation may be called right.
  package var isGood: Bool {
    switch self {
    case .exact, .passed, .marginal: true
    case .failed, .mistrusted, .unimplemented, .refused: false
    }
  }
}
