import Foundation
import Tensors

/// The makings of a golden file, to be broken one rule at a time.
struct Draft: Sendable {
  var metadata: [String: String]
  var floats: [String: Tensor<Float>] = [:]
  var doubles: [String: Tensor<Double>] = [:]
  var integers: [String: Tensor<Int64>] = [:]

  /// A 1×1 convolution of two channels to one, with norm: input and weight stored, the norm's weight generated.
  static let convolution = Draft(
    metadata: [
      "format": "efgrnet-golden/1", "case": "draft",
      "layer": """
      {"kind":"conv2d","stride":[1,1],"padding":[0,0],"dilation":[1,1],"groups":1,"relu":false,"bn_eps":1e-05}
      """,
      "generated": """
      {"bn.weight":{"shape":[1],"distribution":"uniform","scale":1.5,"key":18446744073709551615,"stream":7}}
      """,
      "comparison": "bound", "provenance": #"{"generator":"test"}"#,
    ],
    floats: [
      "input": tensor([1, 2, 1, 2], [1, 2, 3, 4]), "weight": tensor([1, 2, 1, 1], [0.5, -1]),
      "bn.bias": tensor([1], [0]), "bn.running_mean": tensor([1], [0]), "bn.running_var": tensor([1], [1]),
    ],
    doubles: ["expected": tensor([1, 1, 1, 2], [-2.5, -3]), "magnitude": tensor([1, 1, 1, 2], [3.5, 5])])

  /// The same with a sampled output.
  static let sampled: Draft = {
    var draft = convolution
    draft.metadata["expected_shape"] = "[1,1,1,2]"
    draft.doubles = [
      "expected.values": tensor([1], [-3]), "magnitude.values": tensor([1], [5]),
      "projection.values": tensor([2], [0.5, -0.5]),
    ]
    draft.integers = ["expected.indices": tensor([1], [1])]
    return draft
  }()

  /// Suppression of two boxes of one class, with one row expected.
  static let suppression = Draft(
    metadata: [
      "format": "efgrnet-golden/1", "case": "draft",
      "layer": """
      {"kind":"nms","score_threshold":0.01,"iou_threshold":0.45,"max_per_class":50,"objectness_threshold":0.01}
      """,
      "provenance": "{}",
    ],
    floats: [
      "input": tensor([2, 4], [0, 0, 9, 9, 50, 50, 60, 60]), "input.1": tensor([2, 2], [0.5, 0.5, 1, 0]),
      "input.2": tensor([2], [1, 1]),
    ],
    doubles: ["expected": tensor([1, 6], [1, 0.5, 0, 0, 9, 9])])

  static func tensor<Element>(_ extents: [Int], _ values: [Element]) -> Tensor<Element> {
    Tensor(Shape(trusted: extents), values: values)
  }

  func encoded() throws -> Data {
    var writer = SafetensorsWriter(metadata: metadata)
    for (name, tensor) in floats { writer.add(name, tensor) }
    for (name, tensor) in doubles { writer.add(name, tensor) }
    for (name, tensor) in integers { writer.add(name, tensor) }
    return try writer.encoded()
  }

  /// Replaces text in the metadata entry `key`.
  mutating func replace(_ key: String, _ old: String, _ new: String) {
    metadata[key] = metadata[key]?.replacing(old, with: new)
  }
}

/// A folder of its own for one test, removed when the test ends.
final class Workspace: Sendable {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "golden-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// Writes a file, making its folder where there is none.
  @discardableResult
  func write(_ bytes: Data, as path: String) throws -> URL {
    let file = url.appending(path: path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try bytes.write(to: file)
    return file
  }
}
