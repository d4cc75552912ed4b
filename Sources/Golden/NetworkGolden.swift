import Catalogue
import Foundation
import Tensors

/// The true outputs of a whole network on a picture, layer by layer, with the parameters they came from. The file
/// has format `efgrnet-network/1`; the picture lies beside it.
package struct NetworkGolden: Sendable {
  /// The network's name in the catalogue.
  package private(set) var network: String
  /// The picture's file name, in the folder of the golden.
  package let image: String
  /// SHA-256 of the picture's bytes, lower-case hexadecimal.
  package let imageSHA256: String
  /// The shape of every layer's output, and of the preprocessed picture under the name `image`.
  package private(set) var shapes: [String: Shape]
  /// How far the decisions of the filtering are from falling otherwise: `score`, `objectness`, `iou`, `gap`.
  package private(set) var margins: [String: Double]
  /// Who made the file and how: a JSON object as it stands in the file.
  package let provenance: String
  package let url: URL
  private let sources: [String: ParameterSources]
  private var truths: [String: Truth]

  static let format = "efgrnet-network/1"

  init(_ file: GoldenFile) throws(GoldenError) {
    do throws(FormatViolation) {
      try self.init(file.contents, url: file.url)
    } catch {
      throw GoldenError(file: file.url.path, rule: error.rule)
    }
  }

  private init(_ file: Safetensors, url: URL) throws(FormatViolation) {
    let metadata = file.metadata
    self.url = url
    network = try GoldenCase.required("network", in: metadata)
    image = try GoldenCase.required("image", in: metadata)
    imageSHA256 = try GoldenCase.required("image_sha256", in: metadata).lowercased()
    provenance = try GoldenCase.provenance(metadata)
    shapes = try Self.shapes(try GoldenCase.required("shapes", in: metadata))
    margins = try Self.margins(metadata["margins"])
    var table = try TensorTable(file, generated: metadata["generated"])
    var sources: [String: ParameterSources] = [:]
    var truths: [String: Truth] = [:]
    for (layer, shape) in shapes.sorted(by: { $0.key < $1.key }) {
      truths[layer] = try Self.truth(of: layer, shape: shape, &table)
      sources[layer] = try table.parameters(prefix: layer + ".")
    }
    if let leftover = table.leftover {
      throw FormatViolation("tensor \"\(leftover)\" belongs to no layer that \"shapes\" lists")
    }
    self.sources = sources
    self.truths = truths
  }

  private static func shapes(_ text: String) throws(FormatViolation) -> [String: Shape] {
    var shapes: [String: Shape] = [:]
    for (layer, value) in try JSONValue.parseObject(text, as: "\"shapes\"") {
      shapes[layer] = try FieldReader.shape(value, name: "the shape of \(layer)")
    }
    return shapes
  }

  private static func margins(_ text: String?) throws(FormatViolation) -> [String: Double] {
    guard let text else { return [:] }
    var margins: [String: Double] = [:]
    for (name, value) in try JSONValue.parseObject(text, as: "\"margins\"") {
      guard let number = value.double else {
        throw FormatViolation("the margin \"\(name)\" must be a finite number")
      }
      margins[name] = number
    }
    return margins
  }

  private static func truth(
    of layer: String, shape: Shape, _ table: inout TensorTable
  ) throws(FormatViolation) -> Truth {
    if let expected = try table.doubles(layer + ".expected") {
      guard expected.shape == shape else {
        throw FormatViolation("\"\(layer).expected\" has shape \(expected.shape), not \(shape)")
      }
      return Truth(shape: shape, values: expected.values)
    }
    guard let indices = try table.indices(layer + ".indices", below: shape.count),
      let values = try table.list(layer + ".values")
    else { throw FormatViolation("the true output of \(layer) is missing") }
    guard indices.count == values.count else {
      throw FormatViolation("\"\(layer).values\" holds \(values.count) values for \(indices.count) indices")
    }
    return Truth(shape: shape, indices: indices, values: values)
  }

  /// The parameters of the layer called `layer`, checked against the shapes the catalogue gives it.
  ///
  /// - Throws: ``GoldenError`` when the file has others.
  package func parameters(for layer: String, shapes: ParameterShapes) throws(GoldenError) -> Parameters<Float>
  {
    let found = sources[layer] ?? ParameterSources()
    guard found.shapes == shapes else {
      throw GoldenError(
        file: url.path, rule: "the parameters of layer \(layer) differ in shape from the catalogue's")
    }
    return found.load()
  }

  /// The parameters and the picture for another network whose layers have the same ones, such as the same network for
  /// pictures of another size. It knows no truth.
  ///
  /// - Returns: nil where a layer of `other` has parameters that this golden has not, or has in other shapes.
  package func lent(to other: Network) -> NetworkGolden? {
    let fits = other.layers.allSatisfy { layer in
      (sources[layer.name] ?? ParameterSources()).shapes == layer.parameterShapes
    }
    guard fits else { return nil }
    var golden = self
    golden.network = other.name
    golden.truths = [:]
    golden.shapes = [:]
    golden.margins = [:]
    return golden
  }

  /// The true output of the layer called `layer` (`image`: the preprocessed picture), without magnitudes; nil where
  /// the file has none.
  package func truth(for layer: String) -> Truth? { truths[layer] }

  /// The bytes of the picture that lies beside the file, held against their hash.
  ///
  /// - Throws: ``GoldenError`` when it can't be read or is another picture.
  package func imageBytes() throws(GoldenError) -> Data {
    let file = url.deletingLastPathComponent().appending(path: image)
    let bytes: Data
    do {
      bytes = try Data(contentsOf: file)
    } catch {
      throw GoldenError(file: file.path, rule: "it cannot be read (\(error.localizedDescription))")
    }
    let digest = Manifest.sha256(bytes)
    guard digest == imageSHA256 else {
      throw GoldenError(
        file: file.path, rule: "its sha256 is \(digest), but \(url.lastPathComponent) says \(imageSHA256)")
    }
    return bytes
  }
}
