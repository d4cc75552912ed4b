import Catalogue
import Foundation
import Tensors

extension GoldenCase {
  /// Writes the case as one file that ``init(contentsOf:)`` reads back: what is generated stays a recipe.
  ///
  /// - Throws: the file system's error.
  package func write(to url: URL) throws {
    var metadata = [
      "format": Self.format, "case": name, "layer": try layer.operation.json.text(),
      "comparison": comparison.rawValue, "provenance": provenance,
    ]
    let named = Array(zip(layer.inputNames, inputs)) + parameters.named.map { ($0.name, $0.source) }
    var recipes: [String: JSONValue] = [:]
    for case (let name, .generated(let recipe)) in named { recipes[name] = recipe.json }
    if !recipes.isEmpty { metadata["generated"] = try JSONValue.object(recipes).text() }
    if truth.indices != nil {
      metadata["expected_shape"] = try JSONValue.array(truth.shape.dimensions.map { .signed(Int64($0)) })
        .text()
    }
    var writer = SafetensorsWriter(metadata: metadata)
    for case (let name, .stored(let tensor)) in named { writer.add(name, tensor) }
    truth.add(to: &writer)
    try writer.encoded().write(to: url, options: .atomic)
  }
}

extension Truth {
  /// Adds the tensors of a case's true output.
  fileprivate func add(to writer: inout SafetensorsWriter) {
    guard let indices else {
      writer.add("expected", Tensor(shape, values: values))
      if let magnitudes { writer.add("magnitude", Tensor(shape, values: magnitudes)) }
      return
    }
    let list = Shape(trusted: [indices.count])
    writer.add("expected.indices", Tensor(list, values: indices.map { Int64($0) }))
    writer.add("expected.values", Tensor(list, values: values))
    if let magnitudes { writer.add("magnitude.values", Tensor(list, values: magnitudes)) }
    if let projections {
      writer.add("projection.values", Tensor(Shape(trusted: [projections.count]), values: projections))
    }
  }
}
