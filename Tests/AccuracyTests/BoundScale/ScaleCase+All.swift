import Backends
import Catalogue
import Tensors

extension ScaleCase {
  /// Sums of products: short and long ones, at every kind of edge, with and without what follows a sum.
  static let linear: [ScaleCase] = {
    let plain = Convolution()
    let padded = Convolution(padding: Pair(1))
    let odd = Convolution(stride: Pair(2, 1), padding: Pair(1, 2), dilation: Pair(1, 2), relu: true)
    return [
      convolution(plain, channels: 8, outputs: 16, kernel: 1),
      convolution(plain, channels: 300, outputs: 33, kernel: 1, map: 8),
      convolution(plain, channels: 17, outputs: 20, kernel: 1, hasBias: true, hasNorm: true),
      convolution(padded, channels: 4, outputs: 16, kernel: 3),
      convolution(padded, channels: 64, outputs: 16, kernel: 3, map: 12, hasBias: true),
      convolution(odd, channels: 3, outputs: 32, kernel: 3, hasNorm: true),
      convolution(
        Convolution(padding: Pair(1), groups: 4), channels: 16, outputs: 16, kernel: 3, hasBias: true),
      convolution(plain, channels: 40, outputs: 16, kernel: 1, map: 16, isDeformable: true),
      convolution(padded, channels: 5, outputs: 16, kernel: 3, map: 20, hasNorm: true, isDeformable: true),
      convolution(
        Convolution(padding: Pair(2), dilation: Pair(2)), channels: 33, outputs: 17, kernel: 3, map: 15,
        hasNorm: true),
    ]
      + WinogradTransform.all.map { transform in
        let strided = Convolution(stride: Pair(transform.stride))
        var aligned = convolution(strided, channels: 64, outputs: 8, kernel: 3, map: 14)
        aligned.winograd = WinogradAdversary(transform: transform)
        return aligned
      }
  }()

  private static func convolution(
    _ convolution: Convolution, channels: Int, outputs: Int, kernel: Int, map: Int = 32,
    hasBias: Bool = false, hasNorm: Bool = false, isDeformable: Bool = false
  ) -> ScaleCase {
    let size = convolution.outputSize(input: Pair(map), kernel: Pair(kernel))
    let offset = Shape(trusted: [1, 2 * kernel * kernel, size.vertical, size.horizontal])
    let perChannel = Shape(trusted: [outputs])
    let weight = Shape(trusted: [outputs, channels / convolution.groups, kernel, kernel])
    let input = Shape(trusted: [1, channels, map, map])
    return ScaleCase(
      operation: isDeformable ? .deformConv2d(convolution) : .conv2d(convolution),
      inputShapes: isDeformable ? [input, offset] : [input],
      parameterShapes: ParameterShapes(
        weight: weight, bias: hasBias ? perChannel : nil, norm: hasNorm ? perChannel : nil))
  }

  /// Every other kind.
  static let others: [ScaleCase] = {
    let map = Shape(trusted: [1, 16, 32, 32])
    let small = Shape(trusted: [1, 1, 32, 32])
    let perChannel = Shape(trusted: [16])
    let rows = Shape(trusted: [1, 200, 81])
    let (located, priors) = (Shape(trusted: [1, 4000, 4]), Shape(trusted: [4000, 4]))
    let pooling = Pooling(kernel: Pair(3), stride: Pair(2), padding: Pair(1), ceilMode: true)
    return [
      ScaleCase(operation: .maxPool2d(pooling), inputShapes: [map]),
      ScaleCase(
        operation: .batchNorm2d(epsilon: 1e-5, relu: false), inputShapes: [map],
        parameterShapes: ParameterShapes(norm: perChannel)),
      ScaleCase(operation: .relu, inputShapes: [map]),
      ScaleCase(operation: .sigmoid, inputShapes: [map]),
      ScaleCase(operation: .multiply(relu: false), inputShapes: [map, map]),
      ScaleCase(operation: .add(relu: true), inputShapes: [map, map]),
      ScaleCase(operation: .concat, inputShapes: [map, small]),
      ScaleCase(
        operation: .l2Norm(epsilon: 1e-10), inputShapes: [map],
        parameterShapes: ParameterShapes(weight: perChannel)),
      ScaleCase(operation: .boxOffsets, inputShapes: [map]),
      ScaleCase(operation: .objectnessMap, inputShapes: [map]),
      ScaleCase(operation: .objectnessModulate, inputShapes: [map, small]),
      ScaleCase(operation: .headPermute(values: 4), inputShapes: [map]),
      ScaleCase(operation: .softmax, inputShapes: [rows]),
      ScaleCase(
        operation: .priorBox(
          PriorBox(
            imageSize: Pair(320), featureMap: Pair(40), stride: Pair(8), minSize: 30.3,
            aspectRatios: [2, 0.5], clip: true)), inputShapes: []),
      ScaleCase(
        operation: .decodeBoxes(centreVariance: 0.1, sizeVariance: 0.2),
        inputShapes: [located, located, priors]),
      ScaleCase(
        operation: .nms(
          Suppression(scoreThreshold: 0.01, iouThreshold: 0.45, maxPerClass: 50, objectnessThreshold: 0.01)),
        inputShapes: [Shape(trusted: [300, 4]), Shape(trusted: [300, 5]), Shape(trusted: [300])]),
      ScaleCase(operation: .resizeBilinear(size: Pair(45, 27)), inputShapes: [map]),
    ]
  }()
}
