import Catalogue
import Tensors

/// The truth about any convolution on any data: im2col and dgemm in float64 on the float32 inputs.
///
/// An oracle has proved itself when it exists. Some OpenBLAS builds compute wrong products on some processors, and
/// such a one must be named before anything is measured against it.
///
/// Its own error is at most γ_h·M in float64, h = K + ``furtherRoundings``: some 2⁻²⁹ of what float32 is allowed.
package struct Oracle: Sendable {
  /// The BLAS that computes.
  package let library: Library
  let threads: Int

  /// The roundings that one term passes besides the K of the sum: 6 while sampled (DeformableColumns), then
  /// acc·s + shift with s = weight/√(var + eps) and shift = (bias − mean)·s + bn.bias: 3 in s, and for the product
  /// 2 more, for the mean 4 more. 6 + 7.
  static let furtherRoundings = 13

  /// Proves `library` against `reference`, see ``prove(_:threads:against:)``.
  package init(
    threads: Int, library: Library = .openBLAS, against reference: Reference
  ) throws(OracleError) {
    try Self.prove(library, threads: threads, against: reference)
    self.init(unproven: library, threads: threads)
  }

  init(unproven library: Library, threads: Int) {
    self.library = library
    self.threads = max(1, threads)
  }

  /// The true output of `layer` and its magnitude, every element. Memory beyond the result: the weights in float64
  /// and one chunk of columns. Time: two dgemms of the layer's MACs.
  ///
  /// - Throws: ``OracleError`` when the layer is no convolution, or inputs or parameters have other shapes than its.
  package func evaluate(
    _ layer: Layer, inputs: [Tensor<Float>], parameters: Parameters<Float>
  ) throws(OracleError) -> OracleTruth {
    let task = try LinearTask(layer, inputs: inputs, parameters: parameters)
    let product = ColumnProduct<Double>(task.geometry, library: library, threads: threads)
    let values = task.values(of: product, threads: threads)
    let magnitudes = task.outputs(
      of: product, threads: threads, weight: task.weight.map { Double($0.magnitude) }, absolute: true
    ) { [affine = task.affine] sum, channel in
      sum * affine.scale[channel].magnitude + affine.shiftMagnitude[channel]
    }
    return OracleTruth(shape: layer.outputShape, values: values, magnitudes: magnitudes)
  }

  /// The true output of `layer` without magnitudes: one dgemm.
  ///
  /// - Throws: ``OracleError`` as ``evaluate(_:inputs:parameters:)``.
  package func values(
    _ layer: Layer, inputs: [Tensor<Float>], parameters: Parameters<Float>
  ) throws(OracleError) -> [Double] {
    let task = try LinearTask(layer, inputs: inputs, parameters: parameters)
    let product = ColumnProduct<Double>(task.geometry, library: library, threads: threads)
    return task.values(of: product, threads: threads)
  }
}

/// A layer's true output and its magnitude (golden-format.md), row-major, one pair per element.
package struct OracleTruth: Sendable {
  package let shape: Shape
  package let values: [Double]
  /// M = Σ|w||x| + |bias|; with a norm (M + |mean|)·|s| + |bn.bias|. Never below 0, before ReLU.
  package let magnitudes: [Double]

  /// The same as the record of a whole truth.
  package var truth: Truth { Truth(shape: shape, values: values, magnitudes: magnitudes) }
}

/// A convolution with everything it needs, checked.
struct LinearTask {
  let layer: Layer
  let geometry: LinearGeometry
  let inputs: [Tensor<Float>]
  let weight: [Float]
  let affine: ChannelAffine

  init(_ layer: Layer, inputs: [Tensor<Float>], parameters: Parameters<Float>) throws(OracleError) {
    guard let geometry = LinearGeometry(layer) else { throw .notLinear(layer: layer.name, kind: layer.kind) }
    guard geometry.isWithinLimits else {
      throw .unfit(layer: layer.name, rule: "its matrices exceed BLAS's 32-bit extents")
    }
    guard inputs.map(\.shape) == layer.inputShapes else {
      throw .unfit(layer: layer.name, rule: "the inputs have other shapes than the layer's")
    }
    guard parameters.shapes == layer.parameterShapes, let weight = parameters.weight else {
      throw .unfit(layer: layer.name, rule: "the parameters have other shapes than the layer's")
    }
    self.layer = layer
    self.geometry = geometry
    self.inputs = inputs
    self.weight = weight.values
    affine = ChannelAffine(parameters, filters: geometry.filters, epsilon: geometry.attributes.normEpsilon)
  }

  /// The true output, every element.
  func values(of product: ColumnProduct<Double>, threads: Int) -> [Double] {
    outputs(of: product, threads: threads, weight: weight.map(Double.init)) {
      [affine, relu = geometry.attributes.relu] sum, channel in
      let value = sum * affine.scale[channel] + affine.shift[channel]
      return relu && value < 0 ? 0 : value
    }
  }

  /// The sums of products of every output element, each finished by `finish(sum, channel)`.
  func outputs(
    of product: ColumnProduct<Double>, threads: Int, weight: [Double], absolute: Bool = false,
    finish: (Double, Int) -> Double
  ) -> [Double] {
    let (filters, planeSize) = (geometry.filters, geometry.pixels)
    return [Double](unsafeUninitializedCapacity: layer.outputShape.count) { buffer, count in
      run(product, weight: weight, absolute: absolute, into: buffer.baseAddress) { picture, pixels in
        forEachSlice(of: filters, threads: threads) { channels in
          for channel in channels {
            let plane = (picture * filters + channel) * planeSize
            for index in plane + pixels.lowerBound..<plane + pixels.upperBound {
              buffer[index] = finish(buffer[index], channel)
            }
          }
        }
      }
      count = buffer.count
    }
  }

  /// Runs `product` on the inputs; nothing happens for an empty batch.
  func run<Scalar>(
    _ product: ColumnProduct<Scalar>, weight: [Scalar], absolute: Bool,
    into output: UnsafeMutablePointer<Scalar>?, finish: (Int, Range<Int>) -> Void
  ) {
    withBases(of: inputs) { input, offset in
      weight.withUnsafeBufferPointer { weight in
        guard let output, let input, let weight = weight.baseAddress else { return }
        product.run(
          .init(input: input, offset: offset, weight: weight, absolute: absolute), into: output,
          finish: finish)
      }
    }
  }
}
