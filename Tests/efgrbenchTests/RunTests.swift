import Foundation
import History
import Testing

/// Layers that take no time even for the naive loops, and no golden: their truth comes from the oracle.
private let smallLayers = "objectness4.*,prior4,conv9_2,boxes"

@Suite("efgrbench run, bench and report") struct RunTests {
  @Test("records every chosen layer, writes the reports, and renders them again to the same bytes")
  func run() throws {
    let workspace = try Workspace()
    _ = try workspace.makeFolder("empty")
    let program = try workspace.run(
      "run", "--quick", "--golden", "empty", "--layers", smallLayers, "--db", "h.sqlite", "--out", "out")
    // An empty golden folder is refused input, though the oracle lets every layer be verified.
    #expect(program.status == 65, "\(program.output)\(program.errors)")
    let database = try HistoryDatabase(
      path: workspace.folder.appending(path: "h.sqlite").path, for: .reading)
    let run = try database.run()
    #expect(run.status == .complete)
    #expect(
      run.layers.map(\.name).sorted() == [
        "boxes", "conv9_2", "objectness4.conf", "objectness4.conf.permute", "objectness4.loc",
        "objectness4.loc.permute", "objectness4.map", "prior4",
      ])
    for layer in run.layers {
      #expect(layer.results.count == (layer.kind == "conv2d" ? 3 : 2), "\(layer.name)")
      for result in layer.results {
        #expect(result.status.isGood, "\(layer.name) on \(result.backend): \(result.message)")
        #expect((result.timing?.median ?? 0) > 0)
      }
    }
    try Self.checkEvidence(in: database, of: run)
    #expect(program.output.contains("openblas: does not promise the same bits"))
    #expect(program.output.contains("The record holds no self-test of this build"))
    let reports = try FileManager.default.contentsOfDirectory(
      at: workspace.folder.appending(path: "out"), includingPropertiesForKeys: nil)
    #expect(reports.map(\.pathExtension).sorted() == ["html", "json", "json", "json", "md", "xml"])
    let again = try workspace.run("report", "--db", "h.sqlite", "--out", "again")
    #expect(again.status == 0)
    for report in reports {
      let copy = workspace.folder.appending(path: "again").appending(path: report.lastPathComponent)
      #expect(try Data(contentsOf: copy) == Data(contentsOf: report))
    }
    try otherReports(workspace, page: try #require(reports.first { $0.pathExtension == "html" }))
    let list = try workspace.run("history", "list", "--db", "h.sqlite")
    #expect(list.output.contains(String(run.header.uuid.prefix(8))) && list.output.contains("8/8"))
    #expect(
      try workspace.run("history", "show", "--db", "h.sqlite").output.contains(run.header.uuid.prefix(8)))
  }

  /// Two runs, a document of somebody else's, the history, and the path alone.
  private func otherReports(_ workspace: Workspace, page: URL) throws {
    let peers =
      #"{"schema": "efgrbench-peers/1", "peers": [{"key": "a", "name": "Peer <1>"}], "layers": [{"name": "x"}]}"#
    try Data(peers.utf8).write(to: workspace.folder.appending(path: "peers.json"))
    let report = ["report", "--db", "h.sqlite", "--out", "others", "--open"]
    let opened = try workspace.run(report + ["--against", "latest", "--attach", "peers.json"])
    #expect(opened.output == workspace.folder.appending(path: "others/\(page.lastPathComponent)").path + "\n")
    let text = try String(contentsOfFile: String(opened.output.dropLast()), encoding: .utf8)
    #expect(text.contains(">Peer &lt;1&gt;<") && text.contains("Against run "))
    let history = try workspace.run(report + ["--since", "2000-01-01"])
    #expect(history.output.hasSuffix("-history.html\n"))
    #expect(try workspace.run(report + ["--since", "soon"]).status == 64)
    #expect(try workspace.run(report + ["--attach", "h.sqlite"]).status == 65)
  }

  /// What the results rest on is in the record: an entry per result, with the checks of the timed calls.
  private static func checkEvidence(in database: HistoryDatabase, of run: RunRecord) throws {
    let documents = try database.documents(schema: "efgrbench-evidence/1", run: run.header.uuid)
    #expect(documents.count == 1)
    let json = try JSONSerialization.jsonObject(with: Data(try #require(documents.first).json.utf8))
    let entries = try #require((json as? [String: Any])?["entries"] as? [[String: Any]])
    #expect(entries.count == run.layers.flatMap(\.results).count)
    for entry in entries {
      let layer = try #require(run.layers.first { $0.name == entry["layer"] as? String })
      #expect(entry["elements"] as? Int == layer.outputShape.reduce(1, *) || layer.kind == "nms")
      #expect(try #require(entry["nonzero_share"] as? Double) > 0)
      let isOpenBLAS = entry["backend"] as? String == "openblas"
      #expect(entry["deterministic"] as? Bool == !isOpenBLAS)
      #expect((entry["repeats_bits"] as? Bool) == (isOpenBLAS ? nil : true), "\(entry)")
      let sums = entry["sums"] as? [String: Any]
      #expect(layer.kind == "conv2d" ? sums?["status"] as? String == "passed" : sums == nil, "\(entry)")
    }
  }

  @Test("chains a late layer on inputs that tiled made, without the naive loops before it")
  func lateLayer() throws {
    let workspace = try Workspace()
    let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Golden").path
    let program = try workspace.run(
      "run", "--golden", golden, "--layers", "{head4.loc,head3.loc.permute}", "--db", "h.sqlite", "--out",
      "out")
    #expect(program.status == 0, "\(program.output)\(program.errors)")
    let database = try HistoryDatabase(
      path: workspace.folder.appending(path: "h.sqlite").path, for: .reading)
    let run = try database.run()
    // Of each backend one algorithm, the chosen one, is chained.
    let chained = run.layers.flatMap(\.results).compactMap(\.chained)
    #expect(chained.count == 5)
    for result in chained {
      #expect(result.status.isGood)
      #expect(try #require(result.drift) < 1e-3)
    }
  }

  @Test("ends with 40 where no backend offers what was asked for", arguments: ["run", "bench"])
  func notOffered(command: String) throws {
    let workspace = try Workspace()
    let golden = try workspace.makeFolder("golden")
    try GoldenFiles.writeReLU("any", to: golden)
    let program = try workspace.run(
      command, "--quick", "--golden", "golden", "--layers", "prior4", "--backends", "openblas")
    #expect(program.status == 40, "\(program.output)\(program.errors)")
  }

  @Test("times only what verifies, with the schema of the contract")
  func bench() throws {
    let workspace = try Workspace()
    let golden = try workspace.makeFolder("golden")
    try GoldenFiles.writeReLU("any", to: golden)
    let program = try workspace.run(
      "bench", "--quick", "--golden", "golden", "--layers", "conv9_2", "--json", "-", "--threads", "1")
    #expect(program.status == 0, "\(program.errors)")
    let document = try #require(
      try JSONSerialization.jsonObject(with: Data(program.output.utf8)) as? [String: Any])
    #expect(document["schema"] as? String == "efgrbench-bench/1")
    let results = try #require(document["results"] as? [[String: Any]])
    #expect(results.compactMap { $0["backend"] as? String } == ["reference", "tiled", "openblas"])
    for result in results {
      let median = try #require(result["median_ns"] as? Double)
      let low = try #require(result["ci_low_ns"] as? Double)
      let high = try #require(result["ci_high_ns"] as? Double)
      #expect(low <= median && median <= high && result["threads"] as? Int == 1)
      // 2·MACs per nanosecond, whichever algorithm ran: conv9_2 has 7.3728 M MACs.
      let gflops = try #require(result["gflops"] as? Double)
      #expect(abs(gflops - 2 * 7_372_800 / median) < 1e-9 * gflops)
    }
  }

  @Test("refuses a database from a newer version and leaves it as it was")
  func newerDatabase() throws {
    let workspace = try Workspace()
    let golden = try workspace.makeFolder("golden")
    try GoldenFiles.writeReLU("any", to: golden)
    let arguments = [
      "run", "--quick", "--golden", "golden", "--layers", "prior4", "--db", "h.sqlite", "--out", "out",
    ]
    #expect(try workspace.run(arguments).status == 0)
    let file = workspace.folder.appending(path: "h.sqlite")
    var bytes = try Data(contentsOf: file)
    // The header's user version: bytes 60…63, big-endian (https://www.sqlite.org/fileformat.html).
    bytes.replaceSubrange(60..<64, with: [0, 0, 0, 99])
    try bytes.write(to: file)
    let program = try workspace.run(arguments)
    #expect(program.status == 65)
    #expect(program.errors.contains("newer"), "\(program.errors)")
    #expect(try Data(contentsOf: file) == bytes)
  }
}
