import Foundation
import History
import Testing

@Suite("A killed run") struct KillTests {
  /// Moments at which the process is killed, in seconds after its start: before, while and after it records.
  @Test("keeps every layer that it had finished", arguments: [0.3, 0.9, 1.6, 2.4, 3.3])
  func killed(_ moment: Double) throws {
    let workspace = try Workspace()
    let golden = try workspace.makeFolder("golden")
    try GoldenFiles.writeReLU("any", to: golden)
    let process = Process()
    process.executableURL = Program.executable
    process.arguments = [
      "run", "--quick", "--golden", "golden", "--layers", "mscf.*,conv9_*,objectness*,prior*", "--db",
      "h.sqlite",
      "--out", "out",
    ]
    process.currentDirectoryURL = workspace.folder
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    Thread.sleep(forTimeInterval: moment)
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    let printed = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      .split(separator: "\n").dropFirst().compactMap { $0.split(separator: " ").first.map(String.init) }

    let database = workspace.folder.appending(path: "h.sqlite").path
    guard FileManager.default.fileExists(atPath: database) else {
      #expect(printed.isEmpty, "layers were shown but no database is there")
      return
    }
    let history = try HistoryDatabase(path: database, for: .reading)
    guard let newest = try history.runs().first else {
      #expect(printed.isEmpty)
      return
    }
    let run = try history.run(newest.uuid)
    // A layer is shown after it was recorded.
    let recorded = run.layers.map(\.name)
    #expect(Set(printed.filter { $0.contains("_") || $0.contains(".") }).isSubset(of: recorded))
    for layer in run.layers { #expect(layer.results.count >= 2, "\(layer.name) is half recorded") }
  }
}
