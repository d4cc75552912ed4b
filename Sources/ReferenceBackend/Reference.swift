import Catalogue
import Tensors

/// Every layer kind as plain loops that read like its formula: the implementation against which the others
/// are held.
///
/// Nothing is shared with another backend. Each kind has a file of its own.
package enum Reference {
  /// The output of `layer`.
  ///
  /// - Parameters:
  ///   - inputs: one tensor per input of the layer, of the declared shapes.
  ///   - parameters: of the layer's shapes.
  ///   - threads: how many workers share the outermost loop. The result does not depend on it.
  /// - Precondition: the shapes are the layer's. This is checked in every configuration.
  package static func evaluate<Scalar: ReferenceScalar>(
    _ layer: Layer, inputs: [Tensor<Scalar>], parameters: Parameters<Scalar>, threads: Int = 1
  ) -> Tensor<Scalar> {
    guard inputs.map(\.shape) == layer.inputShapes, parameters.shapes == layer.parameterShapes else {
      fatalError("Layer \(layer.name) was evaluated with inputs or parameters of other shapes than its own.")
    }
    let output = layer.outputShape
    switch layer.operation {
    case .conv2d(let convolution):
      return conv2d(
        convolution, inputs[0], weight: present(parameters.weight),
        epilogue: Epilogue(convolution, parameters), output: output, threads: threads)
    case .deformConv2d(let convolution):
      return deformConv2d(
        convolution, inputs[0], offset: inputs[1], weight: present(parameters.weight),
        epilogue: Epilogue(convolution, parameters), output: output, threads: threads)
    case .maxPool2d(let pooling):
      return maxPool2d(pooling, inputs[0], output: output, threads: threads)
    case .batchNorm2d(let epsilon, let relu):
      return batchNorm2d(
        inputs[0], present(parameters.norm), epsilon: epsilon, relu: relu, threads: threads)
    case .relu:
      return relu(inputs[0], threads: threads)
    case .sigmoid:
      return sigmoid(inputs[0], threads: threads)
    case .multiply(let relu):
      return multiply(inputs[0], inputs[1], relu: relu, threads: threads)
    case .add(let relu):
      return add(inputs[0], inputs[1], relu: relu, threads: threads)
    case .concat:
      return concat(inputs, output: output)
    case .l2Norm(let epsilon):
      return l2Norm(inputs[0], weight: present(parameters.weight), epsilon: epsilon, threads: threads)
    case .boxOffsets:
      return boxOffsets(inputs[0], output: output, threads: threads)
    case .objectnessMap:
      return objectnessMap(inputs[0], output: output, threads: threads)
    case .objectnessModulate:
      return objectnessModulate(inputs[0], map: inputs[1], threads: threads)
    case .headPermute:
      return headPermute(inputs[0], output: output, threads: threads)
    case .softmax:
      return softmax(inputs[0], threads: threads)
    case .priorBox(let prior):
      return priorBox(prior, as: Scalar.self, output: output)
    case .decodeBoxes(let centreVariance, let sizeVariance):
      return decodeBoxes(
        inputs[0], inputs[1], priors: inputs[2], centreVariance: centreVariance, sizeVariance: sizeVariance,
        threads: threads)
    case .nms(let suppression):
      return nonMaximumSuppression(
        suppression, boxes: inputs[0], scores: inputs[1], objectness: inputs[2], threads: threads)
    case .resizeBilinear:
      return resizeBilinear(inputs[0], output: output, threads: threads)
    }
  }

  /// A parameter that a valid layer of the kind always has.
  private static func present<Value>(_ parameter: Value?) -> Value {
    guard let parameter else { fatalError("A valid layer of this kind has the parameter.") }
    return parameter
  }
}
