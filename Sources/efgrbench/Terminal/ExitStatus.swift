import ArgumentParser
import Foundation
import Golden
import History
import Reporting

/// How the program ends, with the codes that scripts rely on.
enum ExitStatus: Int32, Comparable {
  case good = 0
  case checkFailed = 10
  case slower = 20
  /// Something got faster and nothing slower, where that is asked to fail.
  case improved = 21
  case inconclusive = 30
  case noBaseline = 31
  /// The machines, toolchains or flags differ.
  case incomparable = 32
  case notCovered = 40
  case usage = 64
  case badInput = 65
  case internalError = 70
  case busy = 75

  /// When several hold, the greatest one is the program's: internal error, bad input, failed check, not covered,
  /// regression, inconclusive.
  static func < (left: ExitStatus, right: ExitStatus) -> Bool { left.weight < right.weight }

  private var weight: Int {
    switch self {
    case .good: 0
    case .improved: 1
    case .inconclusive: 2
    case .slower: 3
    case .noBaseline: 4
    case .incomparable: 5
    case .notCovered: 6
    case .checkFailed: 7
    case .badInput: 8
    case .usage: 9
    case .busy: 10
    case .internalError: 11
    }
  }
}

/// An error of the program's own, with the code it ends with.
struct ProgramError: Error, CustomStringConvertible {
  let status: ExitStatus
  let description: String

  static func usage(_ message: String) -> ProgramError { ProgramError(status: .usage, description: message) }
  static func badInput(_ message: String) -> ProgramError {
    ProgramError(status: .badInput, description: message)
  }
}

extension ExitStatus {
  /// The code that an error ends the program with, and its sentence.
  static func of(_ error: any Error) -> (status: ExitStatus, sentence: String) {
    let status: ExitStatus =
      switch error {
      case let error as ProgramError: error.status
      case let error as HistoryError: ExitStatus(rawValue: error.exitCode) ?? .internalError
      case is ReportError, is GoldenError: .badInput
      case is ChildProcess.Interrupted: .notCovered
      default: .internalError
      }
    return (status, "\(error)")
  }
}

/// Runs a command's work and turns every error into one sentence on stderr and the right exit code.
func endingProgram(_ body: () throws -> ExitStatus) throws {
  let status: ExitStatus
  do {
    status = try body()
  } catch {
    let sentence: String
    (status, sentence) = ExitStatus.of(error)
    FileHandle.standardError.write(Data("efgrbench: \(sentence)\n".utf8))
  }
  if status != .good { throw ExitCode(status.rawValue) }
}
