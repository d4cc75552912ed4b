import Foundation
import History
import Testing

@Suite("efgrbench selftest") struct SelftestTests {
  /// The record keeps what the whole list found, and says which build it was.
  @Test("catches every fault, says how picked tolerances fare, and keeps the result")
  func kept() throws {
    let workspace = try Workspace()
    let program = try workspace.run("selftest", "--db", "h.sqlite", "--json", "out.json")
    #expect(program.status == 0, "\(program.output)\(program.errors)")
    #expect(program.errors.contains("holds no small golden cases"))
    let database = try HistoryDatabase(
      path: workspace.folder.appending(path: "h.sqlite").path, for: .reading)
    let kept = try #require(try database.documents(schema: "efgrbench-selftest/1").first)
    let document = try Self.object(Data(kept.json.utf8))
    let written = try Self.object(try Data(contentsOf: workspace.folder.appending(path: "out.json")))
    #expect(NSDictionary(dictionary: document) == NSDictionary(dictionary: written))
    #expect(document["schema"] as? String == "efgrbench-selftest/1" && document["build"] != nil)
    let summary = try #require(document["summary"] as? [String: Int])
    #expect(try #require(summary["faults"]) >= 100 && summary["missed"] == 0)
    #expect(try #require(summary["comparator_faults"]) >= 15)
    #expect(summary["comparator_caught"] == summary["comparator_faults"])
    let judges = try #require(document["judges"] as? [String: Any])
    let rows = try #require(judges["rows"] as? [[String: Any]])
    #expect(rows.count == 4 && rows[0]["false_alarms"] as? Int == 0 && rows[0]["missed_faults"] as? Int == 0)
  }

  @Test("of one kind is not kept, and a kind that does not exist is named")
  func oneKind() throws {
    let workspace = try Workspace()
    let program = try workspace.run("selftest", "--kind", "relu", "--db", "h.sqlite")
    #expect(program.status == 0)
    #expect(program.output.contains("torch-assert-close"))
    let database = try HistoryDatabase(
      path: workspace.folder.appending(path: "h.sqlite").path, for: .reading)
    #expect(try database.documents(schema: "efgrbench-selftest/1").isEmpty)
    let unknown = try workspace.run("selftest", "--kind", "relu6")
    #expect(unknown.status == 64 && unknown.errors.contains("relu6"))
  }

  private static func object(_ data: Data) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }
}
