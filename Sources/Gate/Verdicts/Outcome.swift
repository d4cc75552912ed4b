/// How a gate ends, with the exit codes of the contract.
package enum Outcome: String, Sendable, Hashable, Codable, CaseIterable {
  case good
  case checkFailed = "check_failed"
  case regression
  /// Only where an improvement is asked to fail.
  case improvement
  case inconclusive
  case noBaseline = "no_baseline"
  case incomparable
  case notCovered = "not_covered"
  /// A command that makes no sense, such as a plan that could never find anything.
  case usage
  /// A bad input or an internal error, told by its sentence.
  case badInput = "bad_input"
  case internalError = "internal_error"
  case busy

  package var exitCode: Int32 {
    switch self {
    case .good: 0
    case .checkFailed: 10
    case .regression: 20
    case .improvement: 21
    case .inconclusive: 30
    case .noBaseline: 31
    case .incomparable: 32
    case .notCovered: 40
    case .usage: 64
    case .badInput: 65
    case .internalError: 70
    case .busy: 75
    }
  }
}
