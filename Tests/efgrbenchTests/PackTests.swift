import Backends
import Foundation
import Testing

/// The repository's own packs, as the program reads them.
@Suite("The golden packs") struct PackTests {
  private static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  @Test("of small cases verify completely", arguments: InstructionSet.available)
  func verify(_ set: InstructionSet) throws {
    let program = try Program(
      ["verify", "Golden/probes", "Golden/exact", "--isa", set.rawValue], in: Self.repository)
    #expect(program.status == 0, "\(program.output)\(program.errors)")
    // One line per backend and kind: nineteen on two backends, the linear two on the third; then one on equal bits and
    // one on the ways through the kernels.
    #expect(program.output.split(separator: "\n").count == 1 + 19 + 19 + 2 + 2, "\(program.output)")
    #expect(program.output.contains("openblas: does not promise the same bits on every run."))
    #expect(program.output.contains("ways through its micro-kernels were taken"))
  }

  @Test("with a network are refused when the picture is another one")
  func otherPicture() throws {
    let workspace = try Workspace()
    let pack = workspace.folder.appending(path: "network")
    try FileManager.default.copyItem(
      at: Self.repository.appending(path: "Golden/network"), to: pack)
    try FileManager.default.removeItem(at: pack.appending(path: "manifest.json"))
    let picture = pack.appending(path: "astronaut.png")
    var bytes = try Data(contentsOf: picture)
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: picture)
    let program = try workspace.run("verify", "network")
    #expect(program.status == 65)
    #expect(program.output.contains("astronaut.png: its sha256 is"), "\(program.output)")
  }
}
