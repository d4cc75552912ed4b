import Catalogue
import Foundation
import Golden
import Tensors
import Testing

@Suite struct NetworkGoldenTests {
  private static let draft = Draft(
    metadata: [
      "format": "efgrnet-network/1", "network": "tiny", "image": "cat.png", "image_sha256": "AB12",
      "generated": """
      {"conv.weight":{"shape":[1,1,1,1],"distribution":"constant","value":2}}
      """,
      "shapes": #"{"image":[1,1,1,2],"conv":[1,1,1,2],"priors":[1,1,4]}"#,
      "margins": #"{"iou":0.001,"gap":2}"#,
      "provenance": "{}",
    ],
    floats: [
      "conv.bn.weight": Draft.tensor([1], [1]), "conv.bn.bias": Draft.tensor([1], [0]),
      "conv.bn.running_mean": Draft.tensor([1], [0]), "conv.bn.running_var": Draft.tensor([1], [1]),
    ],
    doubles: [
      "image.values": Draft.tensor([1], [3]), "conv.values": Draft.tensor([1], [6]),
      "priors.expected": Draft.tensor([1, 1, 4], [0, 0, 1, 1]),
    ],
    integers: ["image.indices": Draft.tensor([1], [1]), "conv.indices": Draft.tensor([1], [0])])

  private func entry(_ edit: (inout Draft) -> Void = { _ in }) throws -> GoldenPack.Entry? {
    let workspace = try Workspace()
    var draft = Self.draft
    edit(&draft)
    return GoldenPack.entries(at: try workspace.write(try draft.encoded(), as: "net.safetensors")).first
  }

  @Test func `a network golden gives parameters and truth by layer`() throws {
    guard case .network(let golden)? = try entry() else { throw CocoaError(.fileReadUnknown) }
    #expect(golden.network == "tiny")
    #expect(golden.image == "cat.png")
    #expect(golden.imageSHA256 == "ab12")
    #expect(golden.margins == ["iou": 0.001, "gap": 2])
    #expect(golden.truth(for: "image")?.indices == [1])
    #expect(golden.truth(for: "conv")?.values == [6])
    #expect(golden.truth(for: "priors")?.indices == nil)
    #expect(golden.truth(for: "other")?.values == nil)
    let shapes = ParameterShapes(weight: Shape(trusted: [1, 1, 1, 1]), norm: Shape(trusted: [1]))
    let parameters = try golden.parameters(for: "conv", shapes: shapes)
    #expect(parameters.weight?.values == [2])
    #expect(parameters.norm?.runningVariance == [1])
    #expect(try golden.parameters(for: "priors", shapes: .none).weight == nil)
    #expect(throws: GoldenError.self) { try golden.parameters(for: "conv", shapes: .none) }
  }

  @Test(arguments: [(1, true), (2, false)])
  func `a network golden is lent to networks with the same parameters, without its truth`(
    channels: Int, fits: Bool
  ) throws {
    let entry = try entry { draft in
      draft.metadata["generated"] =
        #"{"conv.weight":{"shape":[1,3,1,1],"distribution":"constant","value":2}}"#
    }
    guard case .network(let golden)? = entry else { throw CocoaError(.fileReadUnknown) }
    let conv = try Layer(
      name: "conv", operation: .conv2d(Convolution(relu: true)),
      inputShapes: [Shape(trusted: [1, 3, 64, 64])],
      parameterShapes: ParameterShapes(
        weight: Shape(trusted: [channels, 3, 1, 1]), norm: Shape(trusted: [channels])))
    let network = Network(
      name: "larger", imageSize: 64, classes: 2, steps: [Step(layer: conv, sources: [.image])])
    let lent = golden.lent(to: network)
    #expect((lent != nil) == fits)
    guard let lent else { return }
    #expect(lent.network == "larger")
    #expect(lent.truth(for: "conv")?.values == nil)
    #expect(try lent.parameters(for: conv).weight?.values == [2, 2, 2])
  }

  @Test(arguments: [
    ("leftover", "belongs to no layer"), ("truthless", "the true output of conv is missing"),
    ("index", "index 2, outside 0..<2"), ("norm", "\"conv.bn.bias\" is missing"),
    ("shape", "has shape 1×1×4"),
  ])
  func `a broken network golden is refused`(fault: String, message: String) throws {
    let found = try entry { draft in
      switch fault {
      case "leftover": draft.floats["other.weight"] = Draft.tensor([1], [1])
      case "truthless": draft.doubles["conv.values"] = nil
      case "index": draft.integers["conv.indices"]?.values = [2]
      case "norm": draft.floats["conv.bn.bias"] = nil
      default: draft.replace("shapes", "[1,1,4]", "[1,4]")
      }
    }
    guard case .refused(_, let text)? = found else { throw CocoaError(.fileReadUnknown) }
    #expect(text.contains(message))
  }
}
