import Catalogue
import Foundation
import Golden
import Tensors
import Testing

@Suite("Weights of a whole network") struct CheckpointTests {
  /// Three layers that bear the catalogue's names, small.
  private static func network() throws -> Network {
    let map = try Shape([1, 2, 3, 3])
    let one = try Shape([2])
    let layers = [
      try Layer(
        name: "conv1_1", operation: .conv2d(Convolution()), inputShapes: [map],
        parameterShapes: ParameterShapes(weight: Shape([2, 2, 1, 1]), bias: one)),
      try Layer(
        name: "norm1", operation: .batchNorm2d(epsilon: 1e-5, relu: false), inputShapes: [map],
        parameterShapes: ParameterShapes(norm: one)),
      try Layer(
        name: "conv8_1", operation: .conv2d(Convolution()), inputShapes: [map],
        parameterShapes: ParameterShapes(weight: Shape([2, 2, 1, 1]), norm: one)),
    ]
    return Network(
      name: "tiny", imageSize: 3, classes: 2, steps: layers.map { Step(layer: $0, sources: [.image]) })
  }

  /// Our name of every parameter, its extents, and its name in published checkpoints.
  private static let tensors: [(own: String, extents: [Int], published: String)] = [
    ("conv1_1.weight", [2, 2, 1, 1], "extractor.vgg.0.weight"),
    ("conv1_1.bias", [2], "extractor.vgg.0.bias"),
    ("norm1.bn.weight", [2], "extractor.ibn1.bn.weight"), ("norm1.bn.bias", [2], "extractor.ibn1.bn.bias"),
    ("norm1.bn.running_mean", [2], "extractor.ibn1.bn.running_mean"),
    ("norm1.bn.running_var", [2], "extractor.ibn1.bn.running_var"),
    ("conv8_1.weight", [2, 2, 1, 1], "extractor.extras.0.conv.weight"),
    ("conv8_1.bn.weight", [2], "extractor.extras.0.bn.weight"),
    ("conv8_1.bn.bias", [2], "extractor.extras.0.bn.bias"),
    ("conv8_1.bn.running_mean", [2], "extractor.extras.0.bn.running_mean"),
    ("conv8_1.bn.running_var", [2], "extractor.extras.0.bn.running_var"),
  ]

  /// Every tensor holds its place in the list, from 1 on.
  private static func floats(
    _ name: (_ own: String, _ published: String) -> String
  ) throws -> [String: Tensor<Float>] {
    var floats: [String: Tensor<Float>] = [:]
    for (place, tensor) in tensors.enumerated() {
      floats[name(tensor.own, tensor.published)] = Tensor(
        try Shape(tensor.extents), repeating: Float(place + 1))
    }
    return floats
  }

  private static func read(_ floats: [String: Tensor<Float>]) throws -> Checkpoint {
    let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).safetensors")
    defer { try? FileManager.default.removeItem(at: url) }
    var writer = SafetensorsWriter(metadata: [:])
    for (name, tensor) in floats { writer.add(name, tensor) }
    writer.add("norm1.bn.num_batches_tracked", Tensor(try Shape([1]), values: [Int64(7)]))
    try writer.encoded().write(to: url)
    return try Checkpoint(contentsOf: url, for: try network())
  }

  @Test("are read under our names, the published ones, and those with module. in front", arguments: 0..<3)
  func names(_ style: Int) throws {
    let checkpoint = try Self.read(
      try Self.floats { [$0, $1, "module." + $1][style] })
    let layers = try Self.network().layers
    let first = try checkpoint.parameters(for: layers[0])
    #expect(first.weight?.values == [1, 1, 1, 1] && first.bias == [2, 2] && first.norm == nil)
    let norm = try checkpoint.parameters(for: layers[1])
    #expect(norm.weight == nil && norm.norm?.weight == [3, 3] && norm.norm?.bias == [4, 4])
    #expect(norm.norm?.runningMean == [5, 5] && norm.norm?.runningVariance == [6, 6])
    let pair = try checkpoint.parameters(for: layers[2])
    #expect(pair.weight?.values == [7, 7, 7, 7] && pair.bias == nil)
    #expect(pair.norm?.runningVariance == [11, 11])
  }

  /// A fault, and what the sentence must name.
  private static let faults: [(fault: @Sendable (inout [String: Tensor<Float>]) -> Void, words: String)] = [
    ({ $0["conv1_1.bias"] = nil }, "\"conv1_1.bias\" (or \"extractor.vgg.0.bias\") is missing"),
    (
      { $0["conv9_9.weight"] = Tensor(Shape(trusted: [1]), values: [1]) },
      "\"conv9_9.weight\" belongs to no layer"
    ),
    (
      { $0["conv1_1.weight"] = Tensor(Shape(trusted: [2, 2]), repeating: 1) },
      "\"conv1_1.weight\" has shape 2×2, but conv1_1.weight has 2×2×1×1"
    ),
    (
      { $0["norm1.bn.bias"] = Tensor(Shape(trusted: [2]), values: [0, .nan]) },
      "\"norm1.bn.bias\" must be finite"
    ),
    (
      { $0["norm1.bn.running_var"] = Tensor(Shape(trusted: [2]), values: [1, -1]) },
      "norm1.bn.running_var + bn_eps must be positive"
    ),
    (
      { $0["extractor.vgg.0.bias"] = Tensor(Shape(trusted: [2]), values: [1, 1]) }, "are both conv1_1.bias"
    ),
  ]

  @Test("are refused with a sentence that names file, tensor and rule", arguments: faults.indices)
  func refused(_ index: Int) throws {
    var floats = try Self.floats { own, _ in own }
    Self.faults[index].fault(&floats)
    let error = try #require(throws: GoldenError.self) { try Self.read(floats) }
    #expect(error.description.contains(Self.faults[index].words), "\(error)")
    #expect(error.file.hasSuffix(".safetensors"))
  }

  @Test("The published names cover every parameter of the real network, each once")
  func cover() throws {
    let network = try Network.named("efgrnet-vgg16-320-coco")
    var seen: Set<String> = []
    for layer in network.layers where layer.parameterShapes != .none {
      let name = try #require(CheckpointName.efgrnetVGG16[layer.name], "\(layer.name)")
      let shapes = layer.parameterShapes
      #expect((name.convolution != nil) == (shapes.weight != nil), "\(layer.name)")
      #expect((name.norm != nil) == (shapes.norm != nil), "\(layer.name)")
      for prefix in [name.convolution, name.norm].compactMap({ $0 }) {
        #expect(seen.insert(prefix).inserted, "\(prefix) twice")
      }
    }
    #expect(CheckpointName.efgrnetVGG16.count == network.layers.count { $0.parameterShapes != .none })
  }
}
