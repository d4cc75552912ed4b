import Backends
import Catalogue
import Tensors

/// A convolution made ready for sgemm.
///
/// The order in which sgemm adds is OpenBLAS's secret and changes with core, sizes and thread count, so the declared
/// height holds for every order. Each of K products is rounded once, or not at all where a fused multiply-add takes
/// it; any binary tree over K leaves is at most K − 1 additions high (adding to a zero, multiplying by alpha = 1 and
/// padding with zeros are exact): K in all. OpenBLAS has no Strassen-like product, which would need another bound.
/// To that come the epilogue's roundings, and for a deformable convolution those of the sampling.
final class OpenBLASPlan: Plan {
  let layer: Layer
  let algorithm: String
  let errorModel: ErrorModel
  private let geometry: LinearGeometry
  private let weight: [Float]
  private let epilogue: Epilogue
  private let library: Library
  private let threads: Int
  /// nil where the input planes are the columns.
  private let product: ColumnProduct<Float>?

  init(
    layer: Layer, geometry: LinearGeometry, algorithm: String, weight: [Float], epilogue: Epilogue,
    library: Library, threads: Int
  ) {
    self.layer = layer
    self.geometry = geometry
    self.algorithm = algorithm
    self.weight = weight
    self.epilogue = epilogue
    self.library = library
    self.threads = threads
    product =
      algorithm == OpenBLASBackend.direct ? nil : ColumnProduct(geometry, library: library, threads: threads)
    // Sampling positions are exact here (see DeformableColumns), which is within what `.splitInteger` promises.
    errorModel = ErrorModel(
      height: geometry.reduction + epilogue.height
        + (geometry.isDeformable ? DeformableColumns<Float>.height : 0),
      coordinates: .splitInteger, isDeterministic: false)
  }

  func run(_ inputs: [Tensor<Float>], into output: inout Tensor<Float>) {
    guard inputs.map(\.shape) == layer.inputShapes, output.shape == layer.outputShape else {
      fatalError("The openblas plan of \(layer.name) was run on tensors of other shapes than the layer's.")
    }
    output.withUnsafeMutableBufferPointer { output in
      weight.withUnsafeBufferPointer { weight in
        withBases(of: inputs) { input, offset in
          // An empty batch has no memory and nothing to compute.
          guard let output = output.baseAddress, let input, let weight = weight.baseAddress else { return }
          run(.init(input: input, offset: offset, weight: weight), output)
        }
      }
    }
  }

  private func run(_ operands: ColumnProduct<Float>.Operands, _ output: UnsafeMutablePointer<Float>) {
    let finish = { (picture: Int, pixels: Range<Int>) in
      self.epilogue.apply(
        output + picture * self.geometry.filters * self.geometry.pixels, planeSize: self.geometry.pixels,
        pixels: pixels, threads: self.threads)
    }
    guard let product else {
      for picture in 0..<geometry.batch {
        multiplyPlanes(of: picture, operands, output)
        finish(picture, 0..<geometry.pixels)
      }
      return
    }
    product.run(operands, into: output, finish: finish)
  }

  /// One product per group, the input planes being the columns.
  private func multiplyPlanes(
    of picture: Int, _ operands: ColumnProduct<Float>.Operands, _ output: UnsafeMutablePointer<Float>
  ) {
    let (rows, depth, pixels) = (geometry.filtersPerGroup, geometry.reduction, geometry.pixels)
    for group in 0..<geometry.attributes.groups {
      library.sgemm(
        MatrixProduct(
          rows: rows, columns: pixels, depth: depth,
          a: operands.weight + group * rows * depth,
          b: operands.input + (picture * geometry.channels + group * depth) * pixels, rowDistanceOfB: pixels,
          c: output + (picture * geometry.filters + group * rows) * pixels, rowDistanceOfC: pixels,
          threads: threads))
    }
  }
}

/// Calls `body` with the first elements of the input and of the offset, where there is one.
func withBases(
  of inputs: [Tensor<Float>], _ body: (UnsafePointer<Float>?, UnsafePointer<Float>?) -> Void
) {
  inputs[0].values.withUnsafeBufferPointer { input in
    guard inputs.count > 1 else { return body(input.baseAddress, nil) }
    inputs[1].values.withUnsafeBufferPointer { body(input.baseAddress, $0.baseAddress) }
  }
}
