import Foundation
import Golden
import Tensors
import Testing

/// One way to break a file, and words of the sentence that must name the rule.
struct Breakage: Sendable, CustomTestStringConvertible {
  let rule: String
  var draft = Draft.convolution
  let apply: @Sendable (inout Draft) -> Void

  init(_ rule: String, _ draft: Draft = .convolution, _ apply: @escaping @Sendable (inout Draft) -> Void) {
    self.rule = rule
    self.draft = draft
    self.apply = apply
  }

  var testDescription: String { rule }

  static let ofMetadata: [Breakage] = [
    Breakage("format must be \"efgrnet-golden/1\", but is missing") { $0.metadata["format"] = nil },
    Breakage("but is \"efgrnet-golden/2\"") { $0.metadata["format"] = "efgrnet-golden/2" },
    Breakage("lack \"case\"") { $0.metadata["case"] = nil },
    Breakage("lack \"layer\"") { $0.metadata["layer"] = nil },
    Breakage("lack \"provenance\"") { $0.metadata["provenance"] = nil },
    Breakage("\"provenance\" is not valid JSON") { $0.metadata["provenance"] = "{" },
    Breakage("the layer is no JSON object") { $0.metadata["layer"] = "[]" },
    Breakage("unknown kind \"conv9d\"") { $0.replace("layer", "conv2d", "conv9d") },
    Breakage("unknown attribute \"colour\"") { $0.replace("layer", "\"groups\":1", "\"colour\":1") },
    Breakage("lacks \"stride\"") { $0.replace("layer", "\"stride\":[1,1],", "") },
    Breakage("lacks \"bn_eps\"") { $0.replace("layer", ",\"bn_eps\":1e-05", "") },
    Breakage("\"relu\" of the layer must be true or false") { $0.replace("layer", "false", "0") },
    Breakage("\"padding\" of the layer must be two whole") { $0.replace("layer", "[0,0]", "[0]") },
    Breakage("\"padding\" of the layer must be two whole") { $0.replace("layer", "[0,0]", "[-1,0]") },
    Breakage("\"padding\" of the layer must be two whole") { $0.replace("layer", "[0,0]", "[0.5,0]") },
    Breakage("\"padding\" of the layer must be at most") { $0.replace("layer", "[0,0]", "[4000000000,0]") },
    Breakage("\"stride\" of the layer must be two whole") { $0.replace("layer", "[1,1]", "[true,true]") },
    Breakage("stride 0×0 is below 1") { $0.replace("layer", "\"stride\":[1,1]", "\"stride\":[0,0]") },
    Breakage("comparison must be") { $0.metadata["comparison"] = "roughly" },
  ]

  static let ofRecipes: [Breakage] = [
    Breakage("\"generated\" is not valid JSON") { $0.metadata["generated"] = "nonsense" },
    Breakage("both stored and generated") { $0.replace("generated", "bn.weight", "weight") },
    Breakage("unknown distribution \"normal\"") { $0.replace("generated", "uniform", "normal") },
    Breakage("lacks \"scale\"") { $0.replace("generated", "\"scale\":1.5,", "") },
    Breakage("finite in float32") { $0.replace("generated", "1.5", "1e39") },
    Breakage("\"scale\" of the recipe of \"bn.weight\" must be a finite") {
      $0.replace("generated", "1.5", "\"x\"")
    },
    Breakage("lacks \"range\"") { $0.replace("generated", "uniform", "integer") },
    Breakage("must be below 2³¹") {
      $0.replace("generated", "\"uniform\",\"scale\":1.5", "\"integer\",\"range\":2147483648")
    },
    Breakage("\"key\" of the recipe") {
      $0.replace("generated", "18446744073709551615", "18446744073709551616")
    },
    Breakage("\"key\" of the recipe") { $0.replace("generated", "18446744073709551615", "-1") },
    Breakage("lacks \"stream\"") { $0.replace("generated", ",\"stream\":7", "") },
    Breakage("unknown attribute \"seed\"") {
      $0.replace("generated", "\"stream\":7", "\"stream\":7,\"seed\":1")
    },
    Breakage("is no shape") { $0.replace("generated", "[1]", "[-1]") },
    Breakage("must be an array of whole numbers") { $0.replace("generated", "[1]", "[1.5]") },
    Breakage("tensor \"bn.mean\" does not belong") {
      $0.replace(
        "generated", #"{"bn.weight""#,
        #"{"bn.mean":{"shape":[1],"distribution":"constant","value":1},"bn.weight""#)
    },
  ]

  static let ofTensors: [Breakage] = [
    Breakage("tensor \"input\" is missing") { $0.floats["input"] = nil },
    Breakage("the weight is missing") { $0.floats["weight"] = nil },
    Breakage("tensor \"bn.bias\" is missing") { $0.floats["bn.bias"] = nil },
    Breakage("tensor \"bn.weight\" is missing") { $0.metadata["generated"] = nil },
    Breakage("tensor \"offset\" does not belong") { $0.floats["offset"] = Draft.tensor([1], [0]) },
    Breakage("tensor \"input.1\" does not belong") { $0.floats["input.1"] = $0.floats["input"] },
    Breakage("\"input\" must be F32, not F64") {
      $0.floats["input"] = nil
      $0.doubles["input"] = Draft.tensor([1, 2, 1, 2], [1, 2, 3, 4])
    },
    Breakage("\"expected\" must be F64, not F32") {
      $0.doubles["expected"] = nil
      $0.floats["expected"] = Draft.tensor([1, 1, 1, 2], [0, 0])
    },
    Breakage("tensor \"input\" must be finite") { $0.floats["input"]?.values[3] = .nan },
    Breakage("tensor \"weight\" must be finite") { $0.floats["weight"]?.values[0] = .infinity },
    Breakage("tensor \"expected\" must be finite") { $0.doubles["expected"]?.values[1] = .nan },
    Breakage("tensor \"magnitude\" must be finite") { $0.doubles["magnitude"]?.values[1] = .infinity },
    Breakage("bn.running_var + bn_eps must be positive") { $0.floats["bn.running_var"]?.values[0] = -1 },
    Breakage("the weight 1×3×1×1 takes 3 channels") {
      $0.floats["weight"] = Draft.tensor([1, 3, 1, 1], [1, 1, 1])
    },
    Breakage("\"bn.bias\" has shape 2") { $0.floats["bn.bias"] = Draft.tensor([2], [1, 1]) },
    Breakage("the true output is missing") { $0.doubles["expected"] = nil },
    Breakage("tensor \"magnitude\" is missing") { $0.doubles["magnitude"] = nil },
    Breakage("expected output has shape 1×1×2×1") {
      $0.doubles["expected"] = Draft.tensor([1, 1, 2, 1], [0, 0])
    },
    Breakage("\"magnitude\" has shape") { $0.doubles["magnitude"] = Draft.tensor([2], [0, 0]) },
    Breakage("must not be negative") { $0.doubles["magnitude"]?.values[0] = -1 },
    Breakage("expected_shape is 1×1×2×2") { $0.metadata["expected_shape"] = "[1,1,2,2]" },
  ]

  static let ofSamples: [Breakage] = [
    Breakage("lack \"expected_shape\"", .sampled) { $0.metadata["expected_shape"] = nil },
    Breakage("expected output has shape 1×1×2×2", .sampled) { $0.metadata["expected_shape"] = "[1,1,2,2]" },
    Breakage("\"expected.indices\" is missing", .sampled) { $0.integers = [:] },
    Breakage("index 2, outside 0..<2", .sampled) { $0.integers["expected.indices"]?.values = [2] },
    Breakage("index -1, outside 0..<2", .sampled) { $0.integers["expected.indices"]?.values = [-1] },
    Breakage("\"expected.values\" is missing", .sampled) { $0.doubles["expected.values"] = nil },
    Breakage("holds 2 values for 1 indices", .sampled) {
      $0.doubles["expected.values"] = Draft.tensor([2], [1, 2])
    },
    Breakage("\"magnitude.values\" is missing", .sampled) { $0.doubles["magnitude.values"] = nil },
    Breakage("\"projection.values\" must have one axis", .sampled) {
      $0.doubles["projection.values"] = Draft.tensor([1, 2], [1, 2])
    },
    Breakage("\"expected.indices\" does not belong") {
      $0.integers["expected.indices"] = Draft.tensor([1], [0])
    },
    Breakage("\"projection.values\" does not belong") {
      $0.doubles["projection.values"] = Draft.tensor([1], [0])
    },
    Breakage("shape 51×6, not up to 2×6", .suppression) {
      $0.doubles["expected"] = Draft.tensor([51, 6], [Double](repeating: 1, count: 306))
    },
    Breakage("shape 1×5, not up to 2×6", .suppression) {
      $0.doubles["expected"] = Draft.tensor([1, 5], [1, 1, 1, 1, 1])
    },
    Breakage("are kept whole", .suppression) { $0.doubles = [:] },
    Breakage("\"magnitude\" does not belong to a case of kind nms", .suppression) {
      $0.doubles["magnitude"] = $0.doubles["expected"]
    },
  ]
}

@Suite struct RefusalTests {
  @Test(arguments: Breakage.ofMetadata + Breakage.ofRecipes + Breakage.ofTensors + Breakage.ofSamples)
  func `a broken file is refused with the rule`(breakage: Breakage) throws {
    let workspace = try Workspace()
    var draft = breakage.draft
    breakage.apply(&draft)
    let url = try workspace.write(try draft.encoded(), as: "broken.safetensors")
    let error = #expect(throws: GoldenError.self) { try GoldenCase(contentsOf: url) }
    #expect(error?.file.hasSuffix("broken.safetensors") == true)
    #expect(
      error?.description.contains(breakage.rule) == true, "\(error?.description ?? "nothing was thrown")")
  }

  @Test(arguments: [0, 7, 8, 100, -1])
  func `a truncated file is refused`(length: Int) throws {
    let workspace = try Workspace()
    let bytes = try Draft.convolution.encoded()
    let url = try workspace.write(
      bytes.prefix(length < 0 ? bytes.count - 1 : length), as: "short.safetensors")
    let error = #expect(throws: GoldenError.self) { try GoldenCase(contentsOf: url) }
    #expect(error?.description.contains("short.safetensors is refused") == true)
  }

  @Test func `a file that is not there is refused`() {
    #expect(throws: GoldenError.self) {
      try GoldenCase(contentsOf: URL(filePath: "/nowhere/at-all.safetensors"))
    }
  }
}
