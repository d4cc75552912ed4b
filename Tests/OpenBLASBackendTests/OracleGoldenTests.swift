import Catalogue
import Foundation
import Golden
import OpenBLASBackend
import ReferenceBackend
import Tensors
import Testing

/// The float64 oracle against the goldens, two programs that share no code.
@Suite("The oracle and the goldens") struct OracleGoldenTests {
  /// How far two float64 evaluations of the same sums may differ, relative to the magnitude: each is within
  /// γ_{K+13} of the truth, 2⁻⁵³ apiece, so 2·(9216 + 13)·2⁻⁵³ ≈ 2.1e-12 at the most for the largest K = 9216; the
  /// project promises 1e-12, which random roundings stay far below.
  private static let promise = 1e-12

  @Test("agree within 1e-12 of the magnitude", arguments: ["probes", "exact", "layers-320"])
  func agreement(_ pack: String) throws {
    let oracle = try Oracle(threads: ProcessInfo.processInfo.activeProcessorCount) {
      Reference.evaluate($0, inputs: $1, parameters: $2)
    }
    let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    var cases = 0
    var worst = 0.0
    for entry in GoldenPack.entries(at: repository.appending(path: "Golden/\(pack)")) {
      guard case .layer(let golden) = entry, golden.layer.kind.isLinear else { continue }
      let truth = try oracle.evaluate(
        golden.layer, inputs: golden.loadInputs(), parameters: golden.loadParameters())
      let magnitudes = try #require(golden.truth.magnitudes)
      for (position, expected) in golden.truth.values.enumerated() {
        let flat = golden.truth.flatIndex(position)
        let magnitude = magnitudes[position]
        let error = max(abs(truth.values[flat] - expected), abs(truth.magnitudes[flat] - magnitude))
        if error > 0 { worst = max(worst, error / magnitude) }
      }
      cases += 1
    }
    #expect(worst <= Self.promise, "the worst of \(cases) cases is \(worst) of the magnitude")
    #expect(cases >= 40)
    print("oracle against \(pack): \(cases) cases, worst \(worst) of the magnitude")
  }
}
