import Catalogue
import Faults
import ReferenceBackend
import Testing

@Suite struct ToleranceTests {
  @Test("The derived bounds alone are right about every output", arguments: [LayerKind.conv2d, .softmax])
  func derived(kind: LayerKind) throws {
    let report = try KindReport(of: kind, backends: [ReferenceBackend(threads: 2)])
    let tolerances = ToleranceReport(report.rightOutputs, report.findings)
    #expect(tolerances.isGood)
    #expect(tolerances.right == report.probes)
    #expect(tolerances.wrong > tolerances.faults && tolerances.displaced > 0)
    #expect(tolerances.rows.map(\.id) == [Tolerance.derived] + Tolerance.all.map(\.id))
    #expect(
      tolerances.rows.dropFirst().contains { $0.passedDisplaced > 0 }, "none passes what the bounds fail")
  }

  /// Checked by hand: 1e-5 + 1.3e-6·4 = 1.52e-5; 1e-7 + 1e-3·4 = 4.0001e-3; 2e-5·‖(4, 3)‖ = 1e-4.
  @Test(
    "Each tolerance is applied as its source does",
    arguments: [
      ("torch-assert-close", 1.52e-5), ("onnx-backend-test", 4.0001e-3), ("benchdnn-winograd", 1e-4),
    ])
  func limits(id: String, limit: Double) throws {
    let tolerance = try #require(Tolerance.all.first { $0.id == id })
    #expect(tolerance.accepts([4 + 0.999 * limit, 3], [4, 3]))
    #expect(!tolerance.accepts([4 - 1.001 * limit, 3], [4, 3]))
    #expect(!tolerance.accepts([.nan, 3], [4, 3]))
    #expect(tolerance.accepts([0, 0], [0, 0]))
  }
}
