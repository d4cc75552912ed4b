import Backends
import Catalogue
import Tensors

/// Elements of a linear layer's output, computed one by one in float64 from its float32 inputs, with their magnitudes:
/// truth for data that no golden knows, such as an implementation's own activations inside a network.
package struct DirectSample: Sendable {
  /// The output, after bias, norm and ReLU.
  package private(set) var values: [Double]
  /// The same sum with every factor replaced by its absolute value, before ReLU (see ``Truth/magnitudes``).
  package private(set) var magnitudes: [Double]
  /// How far rounded sampling positions can move a deformable convolution's result: Σ_k |w_k|·|s|·(δ_y·L_y + δ_x·L_x).
  /// δ is how far a position can be off by the plan's coordinates, L the local Lipschitz constants of the bilinear
  /// surface along each axis. The surface, zero outside the map, is continuous everywhere, at −1 and at the map's
  /// size too, so no jump arises there. Zeros for plain convolutions.
  package private(set) var displacements: [Double]

  /// Computes the elements of the output with the given flat indices (nil: all).
  ///
  /// - Returns: one entry per index; nil for kinds that are not linear.
  /// - Complexity: O(indices × products in one element), on all processors; the order of the sums is fixed.
  package static func evaluate(
    layer: Layer, inputs: [Tensor<Float>], parameters: Parameters<Float>, indices: [Int]?,
    coordinates: ErrorModel.Coordinates = .roundedSum
  ) -> DirectSample? {
    guard
      let sums = WindowSums(layer: layer, inputs: inputs, parameters: parameters, coordinates: coordinates)
    else { return nil }
    let elements = indices ?? Array(0..<layer.outputShape.count)
    let order = sums.ordered(elements)
    let parts = Parallel.map((order.count + chunk - 1) / chunk) { part in
      sums.evaluate(order[(part * chunk)..<min((part + 1) * chunk, order.count)].map { elements[$0] })
    }
    let zeros = [Double](repeating: 0, count: elements.count)
    var sample = DirectSample(values: zeros, magnitudes: zeros, displacements: zeros)
    for (place, result) in zip(order, parts.joined()) {
      sample.values[place] = result.value
      sample.magnitudes[place] = result.magnitude
      sample.displacements[place] = result.displacement
    }
    return sample
  }

  /// Elements per unit of concurrent work: neighbours in one unit share their window.
  private static let chunk = 128

  /// The truth that these elements make.
  package func truth(shape: Shape, indices: [Int]?) -> Truth {
    Truth(shape: shape, indices: indices, values: values, magnitudes: magnitudes)
  }
}
