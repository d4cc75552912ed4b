import Catalogue
import Tensors
import Testing

@Suite("Networks") struct NetworkTests {
  /// The totals of efgrnet.md, which come from the published model.
  @Test(
    "have the published model's totals",
    arguments: [
      ("efgrnet-vgg16-320-coco", 45.190, 2.905, 6375), ("efgrnet-vgg16-512-coco", 115.686, 7.437, 16320),
    ])
  func totals(_ name: String, _ convolutions: Double, _ deformable: Double, _ priors: Int) throws {
    let network = try Network.named(name)
    func gigaMACs(_ kind: LayerKind) -> Double {
      Double(network.layers.filter { $0.kind == kind }.reduce(0) { $0 + $1.macs }) / 1e9
    }
    // The published figures have three decimals.
    #expect(abs(gigaMACs(.conv2d) - convolutions) < 0.0005)
    #expect(abs(gigaMACs(.deformConv2d) - deformable) < 0.0005)
    let parameters = Double(network.layers.reduce(0) { $0 + $1.parameterCount }) / 1e6
    #expect(abs(parameters - 49.834) < 0.0005)
    #expect(network.priorCount == priors)
  }

  @Test("name every layer once and feed it from earlier ones only", arguments: Network.all)
  func order(_ network: Network) {
    var seen: [String: Shape] = [:]
    for step in network.steps {
      for (source, shape) in zip(step.sources, step.layer.inputShapes) {
        switch source {
        case .image: #expect(shape.dimensions == [1, 3, network.imageSize, network.imageSize])
        case .output(let name): #expect(seen[name]?.count == shape.count, "\(step.layer.name) from \(name)")
        case .column(let column, let name):
          let width = seen[name]?.dimensions.last ?? 0
          #expect(column < width && (seen[name]?.count ?? 0) / max(width, 1) == shape.count)
        case .pixelScale: #expect(shape.dimensions.last == 4)
        }
      }
      #expect(step.sources.count == step.layer.inputShapes.count)
      #expect(seen.updateValue(step.layer.outputShape, forKey: step.layer.name) == nil)
    }
    #expect(network.steps.count == 116)
  }

  @Test("have four levels at strides 8, 16, 32 and 64", arguments: Network.all)
  func levels(_ network: Network) throws {
    for (level, stride) in [(1, 8), (2, 16), (3, 32), (4, 64)] {
      let features = try #require(network.layers.first { $0.name == "enrich\(level)" })
      #expect(features.outputShape[2] == network.imageSize / stride)
      let offset = try #require(network.layers.first { $0.name == "offset\(level)" })
      #expect(offset.outputShape[1] == 18)
    }
    let scores = try #require(network.layers.first { $0.name == "scores" })
    #expect(scores.outputShape.dimensions == [1, network.priorCount, network.classes])
  }

  @Test("that are unknown are refused with the list of those there are")
  func unknown() {
    let error = #expect(throws: UnknownNetworkError.self) { try Network.named("yolo") }
    #expect(error?.description.contains("efgrnet-vgg16-512-voc") == true)
  }
}

@Suite("Globs") struct GlobTests {
  @Test(
    "match whole names",
    arguments: [
      ("conv3_*", "conv3_1", true), ("conv3_*", "conv4_1", false), ("*.loc", "head1.loc", true),
      ("*.loc", "head1.loc.permute", false), ("conv?_1", "conv5_1", true), ("conv?_1", "conv5_2", false),
      ("{fc6,fc7}", "fc7", true), ("fc6,fc7", "fc6", true), ("fc6,fc7", "fc8", false),
      ("deform{1,2}*", "deform2", true), ("*", "", true), ("", "x", false), ("a*b*c", "aXbYc", true),
      ("a{b", "a{b", true),
    ])
  func matching(_ pattern: String, _ name: String, _ expected: Bool) {
    #expect(Glob(pattern).matches(name) == expected)
  }
}
