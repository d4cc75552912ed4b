import Catalogue
import Detection
import Foundation
import Golden
import Tensors
import Testing

@Suite("efgrbench verify --network") struct AnyDataTests {
  /// A picture of 48×32 pixels that no golden knows.
  private static func writePicture(to folder: URL) throws {
    let bytes = (0..<48 * 32 * 3).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) }
    try Picture(width: 48, height: 32, bytes: bytes).writePNG(to: folder.appending(path: "noise.png"))
  }

  @Test("judges every element of every layer on a picture and weights of one's own")
  func everyElement() throws {
    let workspace = try Workspace()
    try Self.writePicture(to: workspace.folder)
    let program = try workspace.run(
      "verify", "--network", "efgrnet-vgg16-320-voc", "--image", "noise.png", "--backends", "tiled", "--json",
      "out.json")
    #expect(program.output.contains("tiled, chained: No layer's local error leaves its bound"))
    #expect(program.output.contains("local ratio"))
    #expect(program.errors.contains("the parameters are seeded ones"), "\(program.errors)")
    let data = try Data(contentsOf: workspace.folder.appending(path: "out.json"))
    let document = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let results = try #require(document["results"] as? [[String: Any]])
    let network = try Network.named("efgrnet-vgg16-320-voc")
    #expect(results.map { $0["case"] as? String } == network.layers.map { "\(network.name)/any/\($0.name)" })
    for (result, layer) in zip(results, network.layers) where !layer.hasDynamicOutput {
      #expect(result["elements"] as? Int == layer.outputShape.count, "\(layer.name)")
      #expect(["exact", "passed", "marginal"].contains(result["status"] as? String), "\(result)")
    }
  }

  /// What a user may get wrong, the code it must end with, and words that the one sentence must hold.
  static let mistakes: [([String], Int32, String)] = [
    (["--image", "noise.png"], 64, "need --network"),
    (["--network", "yolo", "--image", "noise.png"], 64, "efgrnet-vgg16-320-coco"),
    (["--network", "efgrnet-vgg16-320-coco", "pack"], 64, "pack"),
    (["--network", "efgrnet-vgg16-320-coco", "--weights", "w.safetensors"], 64, "--weights needs --image"),
    (["--network", "efgrnet-vgg16-320-coco", "--image", "absent.png"], 65, "absent.png"),
    (["--network", "efgrnet-vgg16-320-coco"], 65, "no golden of efgrnet-vgg16-320-coco"),
    (
      ["--network", "efgrnet-vgg16-320-coco", "--image", "noise.png", "--weights", "absent.safetensors"], 65,
      "absent.safetensors is refused: it cannot be read"
    ),
    (
      ["--network", "efgrnet-vgg16-320-coco", "--image", "noise.png", "--weights", "w.safetensors"], 65,
      "w.safetensors is refused: tensor \"other.weight\" belongs to no layer of efgrnet-vgg16-320-coco"
    ),
  ]

  @Test("answers a mistake with one sentence and the right code", arguments: mistakes)
  func mistake(_ arguments: [String], _ status: Int32, _ words: String) throws {
    let workspace = try Workspace()
    try Self.writePicture(to: workspace.folder)
    var writer = SafetensorsWriter(metadata: [:])
    writer.add("other.weight", Tensor(try Shape([1]), values: [Float(1)]))
    try writer.encoded().write(to: workspace.folder.appending(path: "w.safetensors"))
    let program = try workspace.run(["verify"] + arguments)
    #expect(program.status == status, "\(program.errors)")
    #expect(program.errors.contains(words), "\(program.errors)")
    #expect(program.output.isEmpty)
  }
}
