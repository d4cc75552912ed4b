import Backends
import Catalogue
import Tensors

/// Convolutions, plain and deformable, by OpenBLAS's sgemm: an opinion that shares no code with the other backends.
/// Other kinds are not offered.
package struct OpenBLASBackend: Backend {
  /// Output as one product of the weights and the input planes: 1×1, stride 1, no padding.
  package static let direct = "sgemm"
  /// Any convolution: columns first, then their product with the weights.
  package static let columns = "im2col+sgemm"

  package let name = "openblas"
  private let threads: Int
  private let library: Library

  /// - Parameters:
  ///   - threads: how many threads a plan uses at most; below 1 counts as 1.
  ///   - library: the BLAS that multiplies.
  package init(threads: Int, library: Library = .openBLAS) {
    self.threads = max(1, threads)
    self.library = library
  }

  package func offers(_ kind: LayerKind) -> Bool { kind.isLinear }

  package func algorithms(for layer: Layer) -> [String] {
    guard let geometry = LinearGeometry(layer) else { return [] }
    return geometry.isPointwise ? [Self.direct, Self.columns] : [Self.columns]
  }

  /// Plans `layer`; the plan keeps the weights as they are and owns its column buffer.
  ///
  /// - Throws: ``BackendError/unimplemented(backend:layer:kind:)`` for a kind that is not offered, or a layer with a
  ///   matrix beyond BLAS's 32-bit extents.
  package func plan(
    _ layer: Layer, parameters: Parameters<Float>, algorithm: String?
  ) throws(BackendError) -> any Plan {
    guard let geometry = LinearGeometry(layer), geometry.isWithinLimits else {
      throw .unimplemented(backend: name, layer: layer.name, kind: layer.kind)
    }
    let known = algorithms(for: layer)
    let algorithm = algorithm ?? known[0]
    guard known.contains(algorithm) else {
      throw .unknownAlgorithm(backend: name, layer: layer.name, algorithm: algorithm, known: known)
    }
    guard parameters.shapes == layer.parameterShapes, let weight = parameters.weight else {
      throw .parametersDiffer(backend: name, layer: layer.name)
    }
    return OpenBLASPlan(
      layer: layer, geometry: geometry, algorithm: algorithm, weight: weight.values,
      epilogue: Epilogue(parameters, filters: geometry.filters, attributes: geometry.attributes),
      library: library, threads: threads)
  }
}
