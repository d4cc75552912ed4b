import Foundation
import Testing

@Suite("efgrbench verify") struct VerifyTests {
  @Test("passes right cases on every backend that offers the kind")
  func right() throws {
    let workspace = try Workspace()
    let pack = try workspace.makeFolder("pack")
    try GoldenFiles.writeReLU("right", to: pack)
    try GoldenFiles.writeConvolution("product", to: pack)
    let program = try workspace.run("verify", "pack", "--json", "out.json")
    #expect(program.status == 0, "\(program.output)\(program.errors)")
    let results = try Self.results(workspace)
    #expect(results.map(\.status).allSatisfy { $0 == "exact" })
    #expect(results.filter { $0.name == "product" }.map(\.backend) == ["reference", "tiled", "openblas"])
    #expect(results.filter { $0.name == "right" }.map(\.backend) == ["reference", "tiled"])
  }

  @Test("tries every algorithm where it is asked to, and repeats a failure with the one that failed")
  func allAlgorithms() throws {
    let workspace = try Workspace()
    let pack = try workspace.makeFolder("pack")
    try GoldenFiles.writeWindow("right", to: pack)
    let right = try workspace.run(
      "verify", "pack", "--backends", "tiled", "--all-algorithms", "--json", "out.json")
    #expect(right.status == 0, "\(right.output)\(right.errors)")
    let names = ["pixel-gemm", "winograd-2x2", "winograd-4x4", "winograd-4x4-integer"]
    let tried = try Self.results(workspace).map(\.algorithm)
    #expect(Set(tried).isSuperset(of: names) && tried.count == 5)

    try GoldenFiles.writeWindow("wrong", centre: 9.01, to: pack)
    let wrong = try workspace.run("verify", "pack", "--backends", "tiled", "--all-algorithms")
    #expect(wrong.status == 10)
    for name in names {
      let file = "pack/wrong.safetensors"
      #expect(wrong.output.contains("efgrbench verify --backends tiled --algorithm \(name) \(file)"))
      let again = try workspace.run(
        "verify", "--backends", "tiled", "--algorithm", name, file, "--json", "out.json")
      #expect(again.status == 10)
      #expect(try Self.results(workspace).map(\.algorithm) == [name])
    }
  }

  @Test("fails wrong values, refuses malformed files, verifies the rest, and lets bad input decide the code")
  func mixed() throws {
    let workspace = try Workspace()
    let pack = try workspace.makeFolder("pack")
    try GoldenFiles.writeReLU("right", to: pack)
    try GoldenFiles.writeConvolution("wrong", expected: [3, 5, 7.001, 9], to: pack)
    let wrong = try workspace.run("verify", "pack", "--json", "out.json")
    #expect(wrong.status == 10)
    let statuses = try Self.results(workspace).reduce(into: [String: Set<String>]()) {
      $0[$1.name, default: []].insert($1.status)
    }
    #expect(statuses == ["right": ["exact"], "wrong": ["failed"]])
    #expect(wrong.output.contains("[0, 0, 1, 0]"), "the failing element is named: \(wrong.output)")
    #expect(wrong.output.contains("efgrbench verify --backends tiled pack/wrong.safetensors"))

    try Data("nonsense".utf8).write(to: pack.appending(path: "broken.safetensors"))
    let refused = try workspace.run("verify", "pack", "--json", "out.json")
    #expect(refused.status == 65)
    #expect(refused.output.contains("broken.safetensors"))
    #expect(try Self.results(workspace).count == 5)
  }

  @Test("refuses a file with one flipped byte when its pack has a manifest")
  func flippedByte() throws {
    let workspace = try Workspace()
    let pack = try workspace.makeFolder("pack")
    try GoldenFiles.writeReLU("right", to: pack)
    let file = pack.appending(path: "right.safetensors")
    var bytes = try Data(contentsOf: file)
    try Self.writeManifest(of: bytes, named: "right.safetensors", to: pack)
    #expect(try workspace.run("verify", "pack").status == 0)
    bytes[bytes.count - 1] ^= 1
    try bytes.write(to: file)
    let program = try workspace.run("verify", "pack")
    #expect(program.status == 65)
    #expect(program.output.contains("right.safetensors") && program.output.lowercased().contains("sha256"))
  }

  @Test("ends with 40 where a case cannot tell right from wrong")
  func mistrusted() throws {
    let workspace = try Workspace()
    let pack = try workspace.makeFolder("pack")
    try GoldenFiles.writeConvolution(
      "zeros", expected: [0, 0, 0, 0], input: [0, 0, 0, 0], bias: 0, to: pack)
    #expect(try workspace.run("verify", "pack").status == 40)
  }

  @Test("says how much of the truth is not zero")
  func nonZeroShare() throws {
    let workspace = try Workspace()
    try GoldenFiles.writeReLU("half", to: try workspace.makeFolder("pack"))
    let program = try workspace.run("verify", "pack", "--json", "out.json")
    #expect(program.output.contains("least non-zero"), "\(program.output)")
    #expect(program.output.contains("50.0 %"), "\(program.output)")
    let data = try Data(contentsOf: workspace.folder.appending(path: "out.json"))
    let document = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let results = try #require(document["results"] as? [[String: Any]])
    #expect(results.compactMap { $0["nonzero_share"] as? Double } == [0.5, 0.5])
  }

  @Test("is never good when there was nothing to verify")
  func nothing() throws {
    let workspace = try Workspace()
    let pack = try workspace.makeFolder("pack")
    let empty = try workspace.run("verify", "pack")
    #expect(empty.status == 65)
    #expect(empty.output.contains("pack: the folder holds no golden file."))
    #expect(try workspace.run("verify").status == 65)
    try GoldenFiles.writeReLU("unoffered", to: pack)
    #expect(try workspace.run("verify", "pack", "--backends", "openblas").status == 40)
    let run = try workspace.run(
      "run", "--quick", "--golden", "pack", "--layers", "prior4", "--backends", "openblas")
    #expect(run.status == 40, "\(run.output)\(run.errors)")
  }

  @Test("saves a failed case, says that its truth is in doubt, and repeats it")
  func savedFailure() throws {
    let workspace = try Workspace()
    let pack = try workspace.makeFolder("pack")
    try GoldenFiles.writeConvolution("wrong", expected: [3, 5, 7.001, 9], to: pack)
    try GoldenFiles.writeReLU("right", to: pack)
    let program = try workspace.run("verify", "pack", "--save-failures", "failures")
    #expect(program.status == 10)
    #expect(program.output.contains("the file's truth is in doubt"), "\(program.output)")
    let saved = try FileManager.default.contentsOfDirectory(
      atPath: workspace.folder.appending(path: "failures").path)
    #expect(saved == ["wrong.safetensors"])
    let again = try workspace.run("verify", "--backends", "tiled", "failures/wrong.safetensors")
    #expect(again.status == 10)
    #expect(try workspace.run("verify", "pack/right.safetensors", "--save-failures", "none").status == 0)
    #expect(try workspace.run("verify", "pack", "--save-failures", "/proc/failures").status == 65)
  }

  private struct Result {
    let name: String
    let backend: String
    let algorithm: String
    let status: String
  }

  private static func results(_ workspace: Workspace) throws -> [Result] {
    let data = try Data(contentsOf: workspace.folder.appending(path: "out.json"))
    let document = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(document["schema"] as? String == "efgrbench-verify/1")
    return try #require(document["results"] as? [[String: Any]]).map {
      Result(
        name: try #require($0["case"] as? String), backend: try #require($0["backend"] as? String),
        algorithm: try #require($0["algorithm"] as? String),
        status: try #require($0["status"] as? String))
    }
  }

  private static func writeManifest(of bytes: Data, named name: String, to pack: URL) throws {
    let manifest: [String: Any] = [
      "format": "efgrnet-golden-pack/1", "provenance": ["generator": "test"],
      "files": [name: ["sha256": GoldenFiles.sha256(bytes), "bytes": bytes.count]],
    ]
    try JSONSerialization.data(withJSONObject: manifest).write(to: pack.appending(path: "manifest.json"))
  }
}
