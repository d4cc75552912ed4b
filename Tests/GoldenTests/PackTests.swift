import Catalogue
import Crypto
import Foundation
import Golden
import Tensors
import Testing

@Suite struct PackTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  /// Writes cases with these names into `folder`, with a manifest over them.
  private func writePack(
    _ folder: String, _ names: [String], editing edit: (inout [String: Any]) -> Void = { _ in }
  ) throws {
    var files: [String: Any] = [:]
    for name in names {
      var draft = Draft.convolution
      draft.metadata["case"] = name
      let bytes = try draft.encoded()
      try workspace.write(bytes, as: "\(folder)/\(name).safetensors")
      files["\(name).safetensors"] = ["sha256": Self.sha256(bytes), "bytes": bytes.count] as [String: Any]
    }
    edit(&files)
    let manifest: [String: Any] = ["format": "efgrnet-golden-pack/1", "files": files, "provenance": [:]]
    try workspace.write(try JSONSerialization.data(withJSONObject: manifest), as: "\(folder)/manifest.json")
  }

  private static func sha256(_ bytes: Data) -> String {
    SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined()
  }

  /// Names of cases, and the messages of what was refused.
  private func walk(_ path: String = "") -> (cases: [String], refused: [String]) {
    var result: (cases: [String], refused: [String]) = ([], [])
    for entry in GoldenPack.entries(at: path.isEmpty ? workspace.url : workspace.url.appending(path: path)) {
      switch entry {
      case .layer(let golden): result.cases.append(golden.name)
      case .network(let golden): result.cases.append(golden.network)
      case .refused(let file, let message):
        result.refused.append("\(URL(filePath: file).lastPathComponent): \(message)")
      }
    }
    return result
  }

  @Test func `folders of packs are walked in order`() throws {
    try writePack("b", ["two", "one"])
    try writePack("a/deep", ["three"])
    try workspace.write(Data("print()".utf8), as: "generator/generate.py")
    let found = walk()
    #expect(found.cases == ["three", "one", "two"])
    #expect(found.refused.isEmpty)
  }

  @Test func `a folder without a manifest is taken file by file`() throws {
    try workspace.write(try Draft.convolution.encoded(), as: "loose/good.safetensors")
    try workspace.write(Data("bad".utf8), as: "loose/bad.safetensors")
    let found = walk("loose")
    #expect(found.cases == ["draft"])
    #expect(found.refused.count == 1)
    #expect(walk("loose/good.safetensors").cases == ["draft"])
  }

  @Test(arguments: [
    ("sha256", "its sha256 is"), ("bytes", "bytes, but the pack's manifest says"),
    ("unlisted", "the pack's manifest does not list it"), ("missing", "lists it, but it is missing"),
  ])
  func `one bad file does not stop the others`(fault: String, message: String) throws {
    try writePack("pack", ["good", "odd"]) { files in
      let name = "odd.safetensors"
      var item = files[name] as? [String: Any] ?? [:]
      switch fault {
      case "sha256": item["sha256"] = String(repeating: "0", count: 64)
      case "bytes": item["bytes"] = 12
      case "missing": files["gone.safetensors"] = item
      default: break
      }
      files[name] = fault == "unlisted" ? nil : item
    }
    let found = walk("pack")
    #expect(found.cases.contains("good"))
    #expect(found.refused.count == 1)
    #expect(found.refused.first?.contains(message) == true)
  }

  @Test func `a changed byte is noticed`() throws {
    try writePack("pack", ["case"])
    var bytes = try Data(contentsOf: workspace.url.appending(path: "pack/case.safetensors"))
    bytes[bytes.count - 1] ^= 1
    try workspace.write(bytes, as: "pack/case.safetensors")
    #expect(walk().cases.isEmpty)
  }

  @Test(arguments: [
    "nonsense", "[]", "{}", #"{"format":"efgrnet-golden-pack/1"}"#,
    #"{"format":"efgrnet-golden-pack/1","files":{"../x.safetensors":{"sha256":"0","bytes":1}}}"#,
    #"{"format":"efgrnet-golden-pack/1","files":{"x.safetensors":{"bytes":1}}}"#,
  ])
  func `nothing is used from a pack whose manifest is broken`(manifest: String) throws {
    try writePack("pack", ["case"])
    try workspace.write(Data(manifest.utf8), as: "pack/manifest.json")
    let found = walk()
    #expect(found.cases.isEmpty)
    #expect(found.refused.count == 1)
    #expect(found.refused.first?.hasPrefix("manifest.json: ") == true)
  }

  @Test func `two cases of one name are one too many`() throws {
    try workspace.write(try Draft.convolution.encoded(), as: "pack/a.safetensors")
    try workspace.write(try Draft.convolution.encoded(), as: "pack/b.safetensors")
    let found = walk()
    #expect(found.cases == ["draft"])
    #expect(found.refused == ["b.safetensors: its pack has another case called \"draft\""])
  }

  @Test func `an empty folder and a missing one are refused`() throws {
    #expect(walk().refused.first?.contains("holds no golden file") == true)
    #expect(walk("nowhere").refused.first?.contains("no such file or folder") == true)
  }

  @Test func `other files of a pack are held against the manifest too`() throws {
    try workspace.write(Data("picture".utf8), as: "pack/picture.png")
    try writePack("pack", ["case"]) { files in
      files["picture.png"] = ["sha256": Self.sha256(Data("another".utf8)), "bytes": 7] as [String: Any]
    }
    let found = walk()
    #expect(found.cases == ["case"])
    #expect(found.refused.first?.hasPrefix("picture.png: its sha256 is") == true)
  }
}
