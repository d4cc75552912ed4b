import Foundation
import GRDB
import Measurement

/// The record of all runs: one SQLite file, in WAL mode so that it can be read while a run writes to it.
package final class HistoryDatabase: Sendable {
  /// What a database is opened for.
  package enum Purpose: Sendable {
    /// Makes the file, and the folders that lead to it, where they are absent.
    case recording
    /// Needs an existing file, which may be read-only unless it has an older version.
    case reading
  }

  package let path: String
  let queue: DatabaseQueue

  /// Opens the database and brings it to the present version.
  ///
  /// - Parameter patience: seconds to wait for another process's transaction.
  /// - Throws: ``HistoryError``.
  package init(
    path: String, for purpose: Purpose, patience: Double = 10
  ) throws(HistoryError) {
    let isWritable = try Self.prepareFile(path: path, purpose: purpose)
    self.path = path
    queue = try translatingErrors(path: path) {
      try Self.retrying(for: patience) {
        let queue = try Self.open(path: path, isWritable: isWritable, patience: patience)
        try Self.bringUpToDate(queue, path: path, isWritable: isWritable)
        return queue
      }
    }
  }

  /// Repeats `body` while SQLite is busy: its own busy timeout does not cover the switch to WAL mode, which two
  /// processes that make a database at the same moment both try.
  private static func retrying<Result>(for patience: Double, _ body: () throws -> Result) throws -> Result {
    let end = MonotonicClock.now() + UInt64(patience * 1e9)
    while true {
      do {
        return try body()
      } catch let error as DatabaseError
        where error.resultCode == .SQLITE_BUSY && MonotonicClock.now() < end
      {
        usleep(20_000)
      }
    }
  }

  /// Makes folders where that is allowed and tells whether the file can be written.
  private static func prepareFile(path: String, purpose: Purpose) throws(HistoryError) -> Bool {
    let files = FileManager.default
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    switch purpose {
    case .reading:
      guard files.fileExists(atPath: path) else { throw .missing(path: path) }
      return files.isWritableFile(atPath: path) && files.isWritableFile(atPath: folder)
    case .recording:
      do {
        try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
      } catch {
        throw .notWritable(path: path, reason: "the folder \(folder) can't be made")
      }
      guard files.isWritableFile(atPath: folder) else {
        throw .notWritable(path: path, reason: "the folder \(folder) is not writable")
      }
      return true
    }
  }

  private static func open(path: String, isWritable: Bool, patience: Double) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.readonly = !isWritable
    configuration.busyMode = .timeout(patience)
    configuration.label = "history"
    let version = try Self.versionOnDisk(path: path, configuration: configuration)
    try check(version: version, path: path)
    if isWritable { configuration.journalMode = .wal }
    return try DatabaseQueue(path: path, configuration: configuration)
  }

  /// Reads the version before anything is changed, the journal mode included; 0 for a new file.
  private static func versionOnDisk(path: String, configuration: Configuration) throws -> Version {
    guard FileManager.default.fileExists(atPath: path) else { return Version() }
    return try DatabaseQueue(path: path, configuration: configuration).read(Version.init)
  }

  /// Where a database stands.
  private struct Version {
    var number = 0
    var isForeign = false

    init() {}

    init(_ database: Database) throws {
      number = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
      let application = try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0
      let isEmpty = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master") == 0
      isForeign = application != Schema.applicationID && !(isEmpty && number == 0)
    }
  }

  private static func check(version: Version, path: String) throws(HistoryError) {
    if version.number > Schema.version {
      throw .newerVersion(path: path, found: version.number, known: Schema.version)
    }
    if version.isForeign { throw .foreign(path: path) }
  }

  /// Runs the migrations that are still to come in one transaction. The version is read again inside it: another
  /// process may have been quicker.
  private static func bringUpToDate(_ queue: DatabaseQueue, path: String, isWritable: Bool) throws {
    let found = try queue.read(Version.init)
    guard found.number < Schema.version else { return try check(version: found, path: path) }
    guard isWritable else {
      throw HistoryError.outdated(path: path, found: found.number, known: Schema.version)
    }
    try queue.write { database in
      let version = try Version(database)
      try check(version: version, path: path)
      for step in version.number..<max(Schema.version, version.number) {
        try database.execute(sql: Schema.migrations[step])
        try database.execute(sql: "PRAGMA user_version = \(step + 1)")
      }
    }
  }

  func read<Value>(_ body: @Sendable (Database) throws -> Value) throws(HistoryError) -> Value {
    try translatingErrors(path: path) { try queue.read(body) }
  }

  func write<Value>(_ body: @Sendable (Database) throws -> Value) throws(HistoryError) -> Value {
    try translatingErrors(path: path) { try queue.write(body) }
  }
}
