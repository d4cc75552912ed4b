import Foundation
import GRDB

/// What merging a database brought.
package struct MergeSummary: Sendable, Hashable {
  package var runs = 0
  package var experiments = 0
  package var documents = 0

  package init(runs: Int = 0, experiments: Int = 0, documents: Int = 0) {
    self.runs = runs
    self.experiments = experiments
    self.documents = documents
  }
}

extension HistoryDatabase {
  /// Takes over what another database holds and this one lacks, in one transaction. What is there already, by its UUID,
  /// stays, but that a run or experiment that was still going on is replaced by the finished one. Of baselines and
  /// regressions the later change holds. Merging again changes nothing.
  ///
  /// The other file is only read: what is merged is a copy, brought to the present version.
  package func merge(path other: String) throws(HistoryError) -> MergeSummary {
    let copy = try Self.copy(of: other)
    defer { try? FileManager.default.removeItem(at: copy) }
    let origin = URL(fileURLWithPath: other).lastPathComponent
    return try translatingErrors(path: path) {
      try queue.inDatabase { database in
        try database.execute(sql: "ATTACH DATABASE ? AS source", arguments: [copy.path])
        defer { try? database.execute(sql: "DETACH DATABASE source") }
        var summary = MergeSummary()
        try database.inTransaction(.immediate) {
          let before = try MergeSummary.counts(database)
          for statement in MergeScript.statements { try database.execute(sql: statement) }
          try database.execute(
            sql: """
              UPDATE run SET origin = ? WHERE origin = '' AND uuid IN (SELECT uuid FROM temp.new_run)
              """, arguments: [origin])
          for statement in MergeScript.cleaning { try database.execute(sql: statement) }
          summary = try MergeSummary.counts(database).less(before)
          return .commit
        }
        return summary
      }
    }
  }

  /// A consistent copy of a database, which may be in use elsewhere, at the present version.
  private static func copy(of other: String) throws(HistoryError) -> URL {
    guard FileManager.default.fileExists(atPath: other) else { throw .missing(path: other) }
    let copy = FileManager.default.temporaryDirectory.appending(
      path: "efgrbench-merge-\(UUID().uuidString).sqlite")
    do throws(HistoryError) {
      try translatingErrors(path: other) {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(10)
        let source = try DatabaseQueue(path: other, configuration: configuration)
        try source.backup(to: DatabaseQueue(path: copy.path))
      }
      let opened = try HistoryDatabase(path: copy.path, for: .recording)
      // One file, so that no log is left beside it.
      try opened.leaveWAL()
    } catch {
      try? FileManager.default.removeItem(at: copy)
      throw error.about(other, not: copy.path)
    }
    return copy
  }

  private func leaveWAL() throws(HistoryError) {
    try translatingErrors(path: path) {
      try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
    }
  }
}

extension MergeSummary {
  fileprivate static func counts(_ database: Database) throws -> MergeSummary {
    func count(_ table: String) throws -> Int {
      try Int.fetchOne(database, sql: "SELECT count(*) FROM main.\(table)") ?? 0
    }
    return MergeSummary(
      runs: try count("run"), experiments: try count("experiment"), documents: try count("document"))
  }

  fileprivate func less(_ other: MergeSummary) -> MergeSummary {
    MergeSummary(
      runs: runs - other.runs, experiments: experiments - other.experiments,
      documents: documents - other.documents)
  }
}
