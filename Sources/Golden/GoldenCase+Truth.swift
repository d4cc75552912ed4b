import Catalogue
import Tensors

extension GoldenCase {
  /// Takes the true output of `layer` and checks it against the layer's output shape.
  static func truth(
    of layer: Layer, _ table: inout TensorTable, expectedShape: String?
  ) throws(FormatViolation) -> Truth {
    guard table.contains("expected") else {
      return try sampledTruth(of: layer, &table, expectedShape: expectedShape)
    }
    guard let expected = try table.doubles("expected") else {
      throw FormatViolation("tensor \"expected\" must be stored")
    }
    if let expectedShape {
      let declared = try shape(expectedShape)
      guard declared == expected.shape else {
        throw FormatViolation("expected_shape is \(declared), but \"expected\" has shape \(expected.shape)")
      }
    }
    try checkShape(expected.shape, of: layer)
    var magnitudes: [Double]?
    if layer.kind.isLinear {
      guard let magnitude = try table.doubles("magnitude") else {
        throw FormatViolation("tensor \"magnitude\" is missing, which \(layer.kind.rawValue) needs")
      }
      guard magnitude.shape == expected.shape else {
        throw FormatViolation(
          "\"magnitude\" has shape \(magnitude.shape) where \"expected\" has \(expected.shape)")
      }
      magnitudes = try nonNegative(magnitude.values, "magnitude")
    }
    return Truth(shape: expected.shape, values: expected.values, magnitudes: magnitudes)
  }

  private static func sampledTruth(
    of layer: Layer, _ table: inout TensorTable, expectedShape: String?
  ) throws(FormatViolation) -> Truth {
    guard !layer.hasDynamicOutput else {
      throw FormatViolation(
        "tensor \"expected\" is missing; the rows of \(layer.kind.rawValue) are kept whole")
    }
    guard table.contains("expected.indices") || table.contains("expected.values") else {
      throw FormatViolation(
        "the true output is missing: neither \"expected\" nor \"expected.values\" is there")
    }
    guard let expectedShape else {
      throw FormatViolation("its metadata lack \"expected_shape\", which a sampled output needs")
    }
    let shape = try shape(expectedShape)
    try checkShape(shape, of: layer)
    guard let indices = try table.indices("expected.indices", below: shape.count) else {
      throw FormatViolation("tensor \"expected.indices\" is missing")
    }
    guard let values = try table.list("expected.values") else {
      throw FormatViolation("tensor \"expected.values\" is missing")
    }
    try checkLength(values, "expected.values", indices.count)
    var magnitudes: [Double]?
    if layer.kind.isLinear {
      guard let list = try table.list("magnitude.values") else {
        throw FormatViolation("tensor \"magnitude.values\" is missing, which \(layer.kind.rawValue) needs")
      }
      try checkLength(list, "magnitude.values", indices.count)
      magnitudes = try nonNegative(list, "magnitude.values")
    }
    return Truth(
      shape: shape, indices: indices, values: values, magnitudes: magnitudes,
      projections: try table.list("projection.values"))
  }

  private static func shape(_ text: String) throws(FormatViolation) -> Shape {
    try FieldReader.shape(try JSONValue.parse(text, as: "\"expected_shape\""), name: "\"expected_shape\"")
  }

  /// The truth has the layer's output shape; the rows of a dynamic output are at most the layer's.
  private static func checkShape(_ shape: Shape, of layer: Layer) throws(FormatViolation) {
    let output = layer.outputShape
    if layer.hasDynamicOutput {
      guard shape.rank == output.rank, shape.dimensions.dropFirst() == output.dimensions.dropFirst(),
        shape[0] <= output[0]
      else { throw FormatViolation("the expected output has shape \(shape), not up to \(output)") }
    } else {
      guard shape == output else {
        throw FormatViolation("the expected output has shape \(shape), but the layer's is \(output)")
      }
    }
  }

  private static func checkLength(_ list: [Double], _ name: String, _ count: Int) throws(FormatViolation) {
    guard list.count == count else {
      throw FormatViolation("\"\(name)\" holds \(list.count) values for \(count) indices")
    }
  }

  private static func nonNegative(_ values: [Double], _ name: String) throws(FormatViolation) -> [Double] {
    guard let wrong = values.firstIndex(where: { $0 < 0 }) else { return values }
    throw FormatViolation("\"\(name)\" must not be negative, but element \(wrong) is \(values[wrong])")
  }
}
