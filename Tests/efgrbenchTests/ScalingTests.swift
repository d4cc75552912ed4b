import Foundation
import Testing

@Suite("bench --scaling") struct ScalingTests {
  private struct Document: Decodable {
    struct Result: Decodable {
      let layer: String
      let algorithm: String
      let threads: Int
    }
    struct Total: Decodable { let threads: Int }
    let results: [Result]
    let networkTotal: [Total]

    enum CodingKeys: String, CodingKey {
      case results
      case networkTotal = "network_total"
    }
  }

  @Test("times each layer with one thread and with all, by one algorithm, and says what that gains")
  func layers() throws {
    let workspace = try Workspace()
    let golden = try workspace.makeFolder("golden")
    try GoldenFiles.writeReLU("any", to: golden)
    let options = ["--quick", "--golden", "golden", "--layers", "{conv9_2,mscf.pool3}", "--threads", "2"]
    let told = try workspace.run(["bench", "--scaling", "--json", "out.json"] + options)
    #expect(told.status == 0, "\(told.output)\(told.errors)")
    #expect(told.output.contains("conv9_2") && told.output.contains("2 threads"))
    // Both are too small to be worth sharing out.
    #expect(!told.output.contains("0.1 GFLOP"))
    let data = try Data(contentsOf: workspace.folder.appending(path: "out.json"))
    let document = try JSONDecoder().decode(Document.self, from: data)
    #expect(document.results.map(\.layer) == ["conv9_2", "conv9_2", "mscf.pool3", "mscf.pool3"])
    #expect(document.results.map(\.threads) == [1, 2, 1, 2])
    #expect(document.results[0].algorithm == document.results[1].algorithm)
    #expect(document.networkTotal.isEmpty)
  }

  @Test("needs several threads")
  func alone() throws {
    let alone = try Workspace().run("bench", "--scaling", "--threads", "1", "--layers", "conv9_2", "--quick")
    #expect(alone.status == 64 && alone.errors.contains("--threads 2"))
  }
}
