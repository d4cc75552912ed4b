import Catalogue

/// Whoever has the parameters of a network's layers.
package protocol ParameterStore: Sendable {
  /// The parameters of `layer`, in the shapes that it declares; none where it has none.
  ///
  /// - Throws: ``GoldenError`` where they are missing, of other shapes or not finite.
  func parameters(for layer: Layer) throws(GoldenError) -> Parameters<Float>
}

extension NetworkGolden: ParameterStore {
  package func parameters(for layer: Layer) throws(GoldenError) -> Parameters<Float> {
    try parameters(for: layer.name, shapes: layer.parameterShapes)
  }
}
