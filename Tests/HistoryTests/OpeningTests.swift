import Foundation
import GRDB
import Testing

@testable import History

@Suite("Opening databases")
struct OpeningTests {
  private let folder: TemporaryFolder
  private let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.path("history.sqlite")
  }

  private func execute(_ sql: String) throws {
    try DatabaseQueue(path: path).writeWithoutTransaction { try $0.execute(sql: sql) }
  }

  private func pragma(_ name: String) throws -> String? {
    try DatabaseQueue(path: path).read { try String.fetchOne($0, sql: "PRAGMA \(name)") }
  }

  @Test func aNewDatabaseHasThePresentVersion() throws {
    _ = try HistoryDatabase(path: path, for: .recording)
    #expect(try pragma("user_version") == "\(Schema.version)")
    #expect(try pragma("application_id") == "\(Schema.applicationID)")
    #expect(try pragma("journal_mode") == "wal")
  }

  @Test func everyTableIsStrict() throws {
    let database = try HistoryDatabase(path: path, for: .recording)
    let loose = try database.read {
      try String.fetchAll(
        $0, sql: "SELECT name FROM pragma_table_list WHERE type = 'table' AND NOT strict AND schema = 'main'")
    }
    #expect(loose.filter { !$0.hasPrefix("sqlite_") } == [])
  }

  @Test func openingAgainChangesNothing() throws {
    try HistoryDatabase(path: path, for: .recording).begin(.sample()).finish(.complete)
    #expect(try HistoryDatabase(path: path, for: .recording).runs().count == 1)
    #expect(try HistoryDatabase(path: path, for: .reading).runs().count == 1)
  }

  /// A database that a program of each earlier version wrote: a run of three layers.
  @Test(arguments: 1..<Schema.version)
  func anEarlierDatabaseIsBroughtForward(version: Int) throws {
    let old = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "Databases/version\(version).sqlite")
    try FileManager.default.copyItem(at: old, to: URL(fileURLWithPath: path))
    let database = try HistoryDatabase(path: path, for: .reading)
    let run = try database.run()
    #expect(run.layers.map(\.name) == ["conv9_2", "prior4", "detections"])
    #expect(run.layers[0].results.map(\.backend) == ["reference", "tiled", "openblas"])
    #expect((run.header.environment.build.flags == "unknown") == (version == 1))
    #expect(try database.documents(schema: "any/1").isEmpty)
    #expect(try pragma("user_version") == "\(Schema.version)")
    try HistoryDatabase(path: path, for: .recording).begin(.sample()).finish(.complete)
    #expect(try database.runs().count == 2)
  }

  @Test func aNewerDatabaseIsRefusedAndLeftAlone() throws {
    _ = try HistoryDatabase(path: path, for: .recording)
    try execute("PRAGMA user_version = 99")
    try execute("PRAGMA journal_mode = delete")
    let before = try Data(contentsOf: URL(fileURLWithPath: path))
    let expected = HistoryError.newerVersion(path: path, found: 99, known: Schema.version)
    #expect(throws: expected) { try HistoryDatabase(path: path, for: .recording) }
    #expect(throws: expected) { try HistoryDatabase(path: path, for: .reading) }
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
    #expect(expected.exitCode == 65)
    #expect(expected.description.contains("version 99, written by a newer efgrbench"))
  }

  @Test func aNewerDatabaseWithoutTablesIsRefusedToo() throws {
    try execute("PRAGMA user_version = 7")
    #expect(throws: HistoryError.newerVersion(path: path, found: 7, known: Schema.version)) {
      try HistoryDatabase(path: path, for: .recording)
    }
  }

  @Test func anotherProgramsDatabaseIsLeftAlone() throws {
    try execute("CREATE TABLE theirs (x)")
    #expect(throws: HistoryError.foreign(path: path)) { try HistoryDatabase(path: path, for: .recording) }
  }

  @Test func anEmptyFileBecomesADatabase() throws {
    try Data().write(to: URL(fileURLWithPath: path))
    #expect(try HistoryDatabase(path: path, for: .recording).runs().isEmpty)
  }

  @Test func aFileThatIsNoDatabaseIsRefused() throws {
    try Data(repeating: 65, count: 5000).write(to: URL(fileURLWithPath: path))
    #expect(throws: HistoryError.notADatabase(path: path)) {
      try HistoryDatabase(path: path, for: .recording)
    }
  }

  @Test func readingNeedsAFile() throws {
    #expect(throws: HistoryError.missing(path: path)) { try HistoryDatabase(path: path, for: .reading) }
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func aFolderThatCannotBeMadeIsNamed() throws {
    try Data().write(to: URL(fileURLWithPath: folder.path("file")))
    let error = #expect(throws: HistoryError.self) {
      try HistoryDatabase(path: folder.path("file/history.sqlite"), for: .recording)
    }
    #expect(error?.exitCode == 65)
    #expect(error?.description.contains("can't be made") == true)
  }

  @Test func aBusyDatabaseGivesUpWithItsOwnCode() throws {
    let database = try HistoryDatabase(path: path, for: .recording, patience: 0.05)
    let other = try DatabaseQueue(path: path)
    try other.writeWithoutTransaction { holder in
      try holder.execute(sql: "BEGIN IMMEDIATE")
      let error = #expect(throws: HistoryError.busy(path: path)) { try database.begin(.sample()) }
      #expect(error?.exitCode == 75)
      try holder.execute(sql: "ROLLBACK")
    }
    _ = try database.begin(.sample())
  }

  @Test func everyTableAndColumnIsDocumented() throws {
    let database = try HistoryDatabase(path: path, for: .recording)
    let columns = try database.read {
      try Row.fetchAll(
        $0,
        sql: """
          SELECT m.name AS owner, c.name AS name FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS c
          WHERE m.type IN ('table', 'view')
          """)
    }
    #expect(columns.count > 80)
    let documentation = HistoryDatabase.schemaDocumentation
    for column in columns {
      let owner: String = column["owner"]
      let name: String = column["name"]
      let entry = documentation.split(separator: "\n").first { $0.hasPrefix("- `\(owner)`") }
      #expect(entry?.contains("`\(name)`") == true || name == "id", "\(owner).\(name)")
    }
  }
}
