import Catalogue
import Tensors

/// Hands each layer of a network its inputs: outputs of earlier layers, seen in the shape that the consumer declares,
/// the picture, and what follows from the picture's size.
package struct NetworkFeed: Sendable {
  /// [1,3,S,S], see ``Network/imageSize``.
  package let image: Tensor<Float>
  /// Width and height of the original picture in pixels.
  package let pictureSize: (width: Int, height: Int)

  package init(image: Tensor<Float>, pictureSize: (width: Int, height: Int)) {
    self.image = image
    self.pictureSize = pictureSize
  }

  /// The inputs of `step`.
  ///
  /// - Parameter outputs: the outputs of all layers before it, by name.
  /// - Precondition: `outputs` holds every layer that `step` names.
  package func inputs(of step: Step, outputs: [String: Tensor<Float>]) -> [Tensor<Float>] {
    zip(step.sources, step.layer.inputShapes).map { source, shape in
      switch source {
      case .image: image
      case .output(let name): output(name, outputs).viewed(as: shape)
      case .column(let column, let name): Self.column(column, of: output(name, outputs)).viewed(as: shape)
      case .pixelScale: pixelScale(shape)
      }
    }
  }

  private func output(_ name: String, _ outputs: [String: Tensor<Float>]) -> Tensor<Float> {
    guard let output = outputs[name] else { preconditionFailure("layer \(name) has not run yet") }
    return output
  }

  private static func column(_ column: Int, of tensor: Tensor<Float>) -> Tensor<Float> {
    let width = tensor.shape[tensor.shape.rank - 1]
    let values = stride(from: column, to: tensor.values.count, by: width).map { tensor.values[$0] }
    return Tensor(Shape(trusted: [values.count]), values: values)
  }

  private func pixelScale(_ shape: Shape) -> Tensor<Float> {
    let (width, height) = (Float(pictureSize.width), Float(pictureSize.height))
    let row = [width, height, width, height]
    return Tensor(shape, values: (0..<shape.count).map { row[$0 % 4] })
  }
}
