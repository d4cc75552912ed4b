import Catalogue
import Foundation
import Tensors

extension GoldenCase {
  /// Reads one case.
  ///
  /// - Throws: ``GoldenError`` naming the file and the first rule that it breaks.
  package init(contentsOf url: URL) throws(GoldenError) {
    try self.init(try GoldenFile(contentsOf: url))
  }

  init(_ file: GoldenFile) throws(GoldenError) {
    do throws(FormatViolation) {
      try self.init(file.contents, url: file.url)
    } catch {
      throw GoldenError(file: file.url.path, rule: error.rule)
    }
  }

  private init(_ file: Safetensors, url: URL) throws(FormatViolation) {
    let metadata = file.metadata
    guard metadata["format"] == Self.format else {
      let found = metadata["format"].map { "\"\($0)\"" } ?? "missing"
      throw FormatViolation("its format must be \"\(Self.format)\", but is \(found)")
    }
    let name = try Self.required("case", in: metadata)
    var table = try TensorTable(file, generated: metadata["generated"])
    let hasNorm = table.contains("bn.weight") || table.contains("bn.running_var")
    let operation = try Operation(json: try Self.required("layer", in: metadata), hasNorm: hasNorm)
    let inputs = try Self.inputs(of: operation.kind, &table)
    let parameters = try table.parameters()
    let layer: Layer
    do throws(LayerError) {
      layer = try Layer(
        name: name, operation: operation, inputShapes: inputs.map(\.shape), parameterShapes: parameters.shapes
      )
    } catch {
      throw FormatViolation("layer \(error.layer) (\(error.kind.rawValue)): \(error.rule)")
    }
    if let norm = parameters.norm {
      try operation.checkVariances(norm.runningVariance.load().values, name: "bn.running_var")
    }
    let truth = try Self.truth(of: layer, &table, expectedShape: metadata["expected_shape"])
    if let leftover = table.leftover {
      throw FormatViolation(
        "tensor \"\(leftover)\" does not belong to a case of kind \(operation.kind.rawValue)")
    }
    self.init(
      name: name, layer: layer, inputs: inputs, parameters: parameters,
      comparison: try Self.comparison(metadata["comparison"]), truth: truth,
      provenance: try Self.provenance(metadata), url: url)
  }

  static func required(_ key: String, in metadata: [String: String]) throws(FormatViolation) -> String {
    guard let value = metadata[key], !value.isEmpty else {
      throw FormatViolation("its metadata lack \"\(key)\"")
    }
    return value
  }

  private static func comparison(_ name: String?) throws(FormatViolation) -> Comparison {
    guard let name else { return .bound }
    guard let comparison = Comparison(rawValue: name) else {
      throw FormatViolation("its comparison must be \"bound\" or \"exact\", not \"\(name)\"")
    }
    return comparison
  }

  static func provenance(_ metadata: [String: String]) throws(FormatViolation) -> String {
    let text = try required("provenance", in: metadata)
    _ = try JSONValue.parseObject(text, as: "\"provenance\"")
    return text
  }

  /// The inputs of a kind; `concat` has as many as there are without a gap.
  private static func inputs(
    of kind: LayerKind, _ table: inout TensorTable
  ) throws(FormatViolation) -> [TensorSource] {
    let count =
      switch kind {
      case .priorBox: 0
      case .maxPool2d, .batchNorm2d, .relu, .sigmoid, .l2Norm, .boxOffsets, .objectnessMap, .headPermute,
        .softmax,
        .resizeBilinear, .conv2d:
        1
      case .deformConv2d, .multiply, .add, .objectnessModulate: 2
      case .decodeBoxes, .nms: 3
      case .concat: max(1, (1...).first { !table.contains("input.\($0)") } ?? 1)
      }
    var sources: [TensorSource] = []
    for name in Layer.inputNames(kind: kind, count: count) { sources.append(try table.requiredSource(name)) }
    return sources
  }
}

extension Catalogue.Operation {
  /// A norm divides by √(var + eps), which must be a positive number in every channel.
  func checkVariances(_ variances: [Float], name: String) throws(FormatViolation) {
    let epsilon: Double
    switch self {
    case .conv2d(let convolution), .deformConv2d(let convolution): epsilon = convolution.normEpsilon
    case .batchNorm2d(let value, _): epsilon = value
    case .maxPool2d, .relu, .sigmoid, .multiply, .add, .concat, .l2Norm, .boxOffsets, .objectnessMap,
      .objectnessModulate, .headPermute, .softmax, .priorBox, .decodeBoxes, .nms, .resizeBilinear:
      return
    }
    for (channel, variance) in variances.enumerated() {
      guard Double(variance) + epsilon > 0 else {
        throw FormatViolation(
          "\(name) + bn_eps must be positive, but is \(Double(variance) + epsilon) in channel \(channel)")
      }
    }
  }
}
