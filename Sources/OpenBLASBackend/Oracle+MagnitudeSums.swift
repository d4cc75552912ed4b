import Catalogue
import Tensors

/// Upper bounds of the sum of a layer's magnitudes over all its elements, and of their squares.
package struct MagnitudeSums: Sendable, Hashable {
  /// At least Σ M_i.
  package let sum: Double
  /// At least Σ M_i².
  package let sumOfSquares: Double
}

extension Oracle {
  /// Bounds Σ M_i and Σ M_i² over every element of the output, at the speed of sgemm: one pass over a whole
  /// 320-pixel network takes about as long as the network.
  ///
  /// The sums are bounds from above in spite of float32. Each of the h roundings (h = K, + 6 when deformable)
  /// shrinks a sum of nonnegative terms by the factor 1 − u at the most, so the computed m̂ ≥ m·(1 − u)ʰ ≥
  /// m·(1 − h·u), barring underflow, and m ≤ m̂/(1 − h·u). The rest is float64: bias and norm in at most 9
  /// roundings, doubled by the square, and as many additions as there are elements; the same argument with
  /// u₆₄ = 2⁻⁵³ gives the last factor, 1/(1 − (elements + 32)·u₆₄). Both are too large by about h·u in relative
  /// terms: 0.06 % at K = 9216.
  ///
  /// - Throws: ``OracleError`` when the layer is no convolution, or inputs or parameters have other shapes than its.
  package func magnitudeSums(
    _ layer: Layer, inputs: [Tensor<Float>], parameters: Parameters<Float>
  ) throws(OracleError) -> MagnitudeSums {
    let task = try LinearTask(layer, inputs: inputs, parameters: parameters)
    let geometry = task.geometry
    let height = geometry.reduction + (geometry.isDeformable ? DeformableColumns<Float>.height : 0)
    let inflation = 1 / (1 - Double(height) * 0x1p-24)
    let sums = task.sums(
      of: ColumnProduct(geometry, library: library, threads: threads), threads: threads, inflation: inflation)
    let last = 1 / (1 - Double(layer.outputShape.count + 32) * 0x1p-53)
    return MagnitudeSums(
      sum: sums.reduce(0) { $0 + $1.sum } * last,
      sumOfSquares: sums.reduce(0) { $0 + $1.sumOfSquares } * last)
  }
}

extension LinearTask {
  /// The two sums of each output plane, in float64; every plane is added in order, whatever the threads.
  fileprivate func sums(
    of product: ColumnProduct<Float>, threads: Int, inflation: Double
  ) -> [MagnitudeSums] {
    let planes = geometry.batch * geometry.filters
    let products = Scratch<Float>(count: layer.outputShape.count)
    run(product, weight: weight.map(\.magnitude), absolute: true, into: products.base) { _, _ in }
    return [MagnitudeSums](unsafeUninitializedCapacity: planes) { buffer, count in
      guard let sums = buffer.baseAddress else { return }
      forEachSlice(of: planes, threads: threads) { slice in
        for plane in slice {
          let channel = plane % geometry.filters
          let scale = inflation * affine.scale[channel].magnitude
          (sums + plane).initialize(
            to: Self.sums(
              products.base + plane * geometry.pixels, count: geometry.pixels, scale: scale,
              shift: affine.shiftMagnitude[channel]))
        }
      }
      count = planes
    }
  }

  private static func sums(
    _ values: UnsafePointer<Float>, count: Int, scale: Double, shift: Double
  ) -> MagnitudeSums {
    var (sum, sumOfSquares) = (SIMD8<Double>(), SIMD8<Double>())
    let whole = count / 8 * 8
    for start in stride(from: 0, to: whole, by: 8) {
      let magnitude = SIMD8<Double>(UnsafeRawPointer(values + start).loadUnaligned(as: SIMD8<Float>.self))
      let term = magnitude * scale + shift
      sum += term
      sumOfSquares += term * term
    }
    var totals = (sum.sum(), sumOfSquares.sum())
    for index in whole..<count {
      let term = Double(values[index]) * scale + shift
      totals.0 += term
      totals.1 += term * term
    }
    return MagnitudeSums(sum: totals.0, sumOfSquares: totals.1)
  }
}
