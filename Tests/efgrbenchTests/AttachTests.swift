import Foundation
import History
import Testing

@Suite("Documents of other programs") struct AttachTests {
  private static let text = #"{ "schema": "efgrbench-peers/1", "threads": 2, "ratio": 0.7500 }"#

  @Test("are kept to the letter, in a record that may be new")
  func keeps() throws {
    let workspace = try Workspace()
    let file = workspace.folder.appending(path: "peers.json")
    try Data(Self.text.utf8).write(to: file)
    let program = try workspace.run("history", "attach", "peers.json", "--db", "new/history.sqlite")
    #expect(program.status == 0, "\(program.errors)")
    #expect(program.output == "efgrbench-peers/1 from peers.json is in new/history.sqlite.\n")

    let path = workspace.folder.appending(path: "new/history.sqlite").path
    let documents = try HistoryDatabase(path: path, for: .reading).documents(schema: "efgrbench-peers/1")
    #expect(documents.map(\.json) == [Self.text])
    #expect(documents.map(\.run) == [nil])
  }

  @Test("need a run that is there, where they name one")
  func needsRun() throws {
    let workspace = try Workspace()
    try Data(Self.text.utf8).write(to: workspace.folder.appending(path: "peers.json"))
    #expect(try workspace.run("history", "attach", "peers.json", "--db", "a.sqlite").status == 0)
    let program = try workspace.run("history", "attach", "peers.json", "--db", "a.sqlite", "--run", "zz")
    #expect(program.status == 65)
    #expect(program.errors.contains("\"zz\""))
  }

  @Test(
    "are refused when they do not say what they are",
    arguments: ["", "[]", #"{"threads": 2}"#, #"{"schema": "peers"}"#, #"{"schema": "a/1""#])
  func refuses(_ text: String) throws {
    let workspace = try Workspace()
    try Data(text.utf8).write(to: workspace.folder.appending(path: "odd.json"))
    let program = try workspace.run("history", "attach", "odd.json", "--db", "a.sqlite")
    #expect(program.status == 65)
    #expect(program.errors.contains("odd.json is no JSON object"))
    #expect(!FileManager.default.fileExists(atPath: workspace.folder.appending(path: "a.sqlite").path))
  }
}
