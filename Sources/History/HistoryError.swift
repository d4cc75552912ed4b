import GRDB

/// Why the record can't be read or written.
package enum HistoryError: Error, CustomStringConvertible, Sendable, Hashable {
  /// Another process held the database longer than we wait.
  case busy(path: String)
  case missing(path: String)
  case notWritable(path: String, reason: String)
  case notADatabase(path: String)
  /// An SQLite database of another program.
  case foreign(path: String)
  case newerVersion(path: String, found: Int, known: Int)
  /// An older database that would have to be migrated, in a place that can't be written.
  case outdated(path: String, found: Int, known: Int)
  case empty(path: String)
  case noSuchRun(reference: String, path: String)
  case ambiguousRun(reference: String, matches: [String])
  case failed(path: String, reason: String)

  package var description: String {
    switch self {
    case .busy(let path):
      "The database \(path) is busy: another process has been writing to it for too long. Try again later."
    case .missing(let path):
      "There is no database at \(path). \"efgrbench run\" makes one."
    case .notWritable(let path, let reason):
      "The database \(path) can't be written: \(reason)."
    case .notADatabase(let path):
      "The file \(path) is not an SQLite database."
    case .foreign(let path):
      "The file \(path) is a database of another program, so nothing was written to it."
    case .newerVersion(let path, let found, let known):
      "The database \(path) has version \(found), written by a newer efgrbench; this one knows versions up to "
        + "\(known). Nothing was changed."
    case .outdated(let path, let found, let known):
      "The database \(path) has version \(found) and must be brought to version \(known), but can't be written."
    case .empty(let path):
      "The database \(path) holds no runs yet."
    case .noSuchRun(let reference, let path):
      "The database \(path) holds no run \"\(reference)\"."
    case .ambiguousRun(let reference, let matches):
      "Several runs begin with \"\(reference)\": \(matches.joined(separator: ", "))."
    case .failed(let path, let reason):
      "The database \(path) failed: \(reason)."
    }
  }

  /// The code that the program exits with, as the contract has it.
  package var exitCode: Int32 {
    switch self {
    case .busy: 75
    case .failed: 70
    case .missing, .notWritable, .notADatabase, .foreign, .newerVersion, .outdated, .empty, .noSuchRun,
      .ambiguousRun:
      65
    }
  }
}

extension HistoryError {
  /// The same error of a copy, told of the file that was copied.
  func about(_ original: String, not copy: String) -> HistoryError {
    switch self {
    case .busy(copy): .busy(path: original)
    case .notADatabase(copy): .notADatabase(path: original)
    case .foreign(copy): .foreign(path: original)
    case .newerVersion(copy, let found, let known):
      .newerVersion(path: original, found: found, known: known)
    case .failed(copy, let reason): .failed(path: original, reason: reason)
    default: self
    }
  }
}

/// Runs `body` and turns what GRDB throws into ``HistoryError``.
func translatingErrors<Result>(path: String, _ body: () throws -> Result) throws(HistoryError) -> Result {
  do {
    return try body()
  } catch let error as HistoryError {
    throw error
  } catch let error as DatabaseError {
    let reason = error.message ?? "SQLite error \(error.resultCode.rawValue)"
    switch error.resultCode {
    case .SQLITE_BUSY, .SQLITE_LOCKED: throw .busy(path: path)
    case .SQLITE_NOTADB: throw .notADatabase(path: path)
    case .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_FULL:
      throw .notWritable(path: path, reason: reason)
    default: throw .failed(path: path, reason: reason)
    }
  } catch {
    throw .failed(path: path, reason: "\(error)")
  }
}
