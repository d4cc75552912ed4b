import ArgumentParser
import Foundation
import Golden
import History
import Reporting

/// How the program ends, with the codes that scripts rely on.
enum ExitStatus: Int32, Comparable {
  case good = 0
  case checkFailed = 10
  case inconclusive = 30
  case slower = 20
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
    case .inconclusive: 1
    case .slower: 2
    case .notCovered: 3
    case .checkFailed: 4
    case .badInput: 5
    case .usage: 6
    case .busy: 7
    case .internalError: 8
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

/// Runs a command's work and turns every error into one sentence on stderr and the right exit code.
func endingProgram(_ body: () throws -> ExitStatus) throws {
  let status: ExitStatus
  do {
    status = try body()
  } catch let error as ProgramError {
    status = explain(error, error.status)
  } catch let error as HistoryError {
    status = explain(error, ExitStatus(rawValue: error.exitCode) ?? .internalError)
  } catch let error as ReportError {
    status = explain(error, .badInput)
  } catch let error as GoldenError {
    status = explain(error, .badInput)
  } catch {
    status = explain(error, .internalError)
  }
  if status != .good { throw ExitCode(status.rawValue) }
}

private func explain(_ error: any Error, _ status: ExitStatus) -> ExitStatus {
  FileHandle.standardError.write(Data("efgrbench: \(error)\n".utf8))
  return status
}
