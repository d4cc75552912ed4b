import Backends
import Foundation
import Testing

/// The repository's own packs of small cases, on every backend and every instruction set that this machine has.
@Suite("The golden packs") struct PackTests {
  @Test("verify completely", arguments: InstructionSet.available)
  func verify(_ set: InstructionSet) throws {
    let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let program = try Program(
      ["verify", "Golden/probes", "Golden/exact", "--isa", set.rawValue], in: repository)
    #expect(program.status == 0, "\(program.output)\(program.errors)")
    // One line per backend and kind: nineteen on two backends, the linear two on the third.
    #expect(program.output.split(separator: "\n").count == 1 + 19 + 19 + 2, "\(program.output)")
  }
}
