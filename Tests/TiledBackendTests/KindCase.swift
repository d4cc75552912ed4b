import Accuracy
import Backends
import Catalogue
import ReferenceBackend
import Tensors
import Testing

/// A layer of any kind but the convolutions (see ``ConvolutionCase``), small enough for the naive loops.
struct KindCase: CustomTestStringConvertible, Sendable {
  let operation: Catalogue.Operation
  /// The inputs' extents, less the batch.
  var pictures: [[Int]] = []
  /// The extents of further inputs, which are the same for every picture.
  var shared: [[Int]] = []
  var parameters = ParameterShapes.none

  /// Whether the kind has a batch.
  var isBatched: Bool { !pictures.isEmpty }

  var testDescription: String { "\(operation.kind.rawValue) \(pictures + shared)" }

  func layer(batch: Int) throws -> Layer {
    try Layer(
      name: "test", operation: operation,
      inputShapes: pictures.map { try Shape([batch] + $0) } + shared.map { try Shape($0) },
      parameterShapes: parameters)
  }

  /// The same picture `batch` times.
  func data(batch: Int) throws -> (inputs: [Tensor<Float>], parameters: Parameters<Float>) {
    var stream: UInt64 = 0
    func draw(_ extents: [Int], nonnegative: Bool) throws -> Tensor<Float> {
      stream += 1
      return Recipe(
        shape: try Shape(extents), distribution: nonnegative ? .nonnegative(scale: 1) : .uniform(scale: 3),
        generator: Philox(key: 0x1A55, stream: stream)
      ).makeTensor()
    }
    let one = try pictures.map { try draw([1] + $0, nonnegative: false) }
    var inputs = try one.map { picture in
      Tensor(
        try Shape([batch] + picture.shape.dimensions.dropFirst()),
        values: (0..<batch).flatMap { _ in picture.values })
    }
    inputs += try shared.map { try draw($0, nonnegative: true) }
    if operation.kind == .nms { inputs[0] = Self.pixelBoxes(inputs[0]) }
    let norm = try parameters.norm.map { shape in
      let values = try (0..<4).map { try draw([shape.count], nonnegative: $0 == 3).values }
      return Parameters<Float>.Norm(
        weight: values[0], bias: values[1], runningMean: values[2], runningVariance: values[3])
    }
    let weight = try parameters.weight.map { try draw([$0.count], nonnegative: false) }
    return (inputs, Parameters(weight: weight, norm: norm))
  }

  /// Corner and size in [0, 1) as corners in whole pixels, so that overlaps are the same quotients in float32.
  private static func pixelBoxes(_ boxes: Tensor<Float>) -> Tensor<Float> {
    let values = boxes.values.enumerated().map { place, value in
      let corner = place % 4 < 2 ? 0 : (boxes.values[place - 2] * 40).rounded(.down)
      return corner + (value * 40).rounded(.down)
    }
    return Tensor(boxes.shape, values: values)
  }
}

extension KindCase {
  /// Row lengths around the vectors of 4, 8 and 16 lanes.
  private static let widths = [1, 3, 4, 5, 7, 8, 9, 15, 16, 17]

  static let all =
    elementwise + perChannel + pooling + rearranging + scores + boxes + resizing

  /// The last of each list has so many elements that several threads share them.
  private static let elementwise: [KindCase] = {
    let operations: [(Catalogue.Operation, inputs: Int)] = [
      (.relu, 1), (.sigmoid, 1), (.multiply(relu: false), 2), (.multiply(relu: true), 2),
      (.add(relu: false), 2), (.add(relu: true), 2),
    ]
    return operations.flatMap { operation, inputs in
      (widths.map { [1, 1, $0] } + [[3, 70, 131]]).map { extents in
        KindCase(operation: operation, pictures: [[Int]](repeating: extents, count: inputs))
      }
    }
  }()

  private static let perChannel: [KindCase] =
    (widths.map { [3, 1, $0] } + [[40, 23, 31]]).flatMap { extents in
      let channels = Shape(trusted: [extents[0]])
      return [
        KindCase(
          operation: .batchNorm2d(epsilon: 1e-5, relu: false), pictures: [extents],
          parameters: .init(norm: channels)),
        KindCase(
          operation: .batchNorm2d(epsilon: 1e-3, relu: true), pictures: [extents],
          parameters: .init(norm: channels)),
        KindCase(
          operation: .l2Norm(epsilon: 1e-10), pictures: [extents], parameters: .init(weight: channels)),
        KindCase(operation: .objectnessModulate, pictures: [extents, [1, extents[1], extents[2]]]),
      ]
    } + [
      // More than two strips of 1024 pixels.
      KindCase(
        operation: .l2Norm(epsilon: 1e-10), pictures: [[3, 33, 67]],
        parameters: .init(weight: Shape(trusted: [3])))
    ]

  private static let pooling: [KindCase] = [
    Pooling(kernel: Pair(2), stride: Pair(2)), Pooling(kernel: Pair(2), stride: Pair(2), ceilMode: true),
    Pooling(kernel: Pair(3), stride: Pair(1), padding: Pair(1)),
    Pooling(kernel: Pair(3), stride: Pair(2), padding: Pair(1)),
    Pooling(kernel: Pair(3, 2), stride: Pair(2, 3), padding: Pair(1, 0), ceilMode: true),
    Pooling(kernel: Pair(1, 4), stride: Pair(1, 1), padding: Pair(0, 2)),
  ].flatMap { pooling in
    let narrow = [2, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 34].map { [2, 5, $0] }
    return (narrow + [[30, 47, 39]]).map { KindCase(operation: .maxPool2d(pooling), pictures: [$0]) }
  }

  private static let rearranging: [KindCase] =
    widths.flatMap { width in
      [
        KindCase(operation: .concat, pictures: [[2, 3, width], [5, 3, width], [1, 3, width]]),
        KindCase(operation: .boxOffsets, pictures: [[12, 2, width]]),
        KindCase(operation: .headPermute(values: 4), pictures: [[12, 3, width]]),
        KindCase(operation: .headPermute(values: 21), pictures: [[63, 2, width]]),
      ]
    } + [
      KindCase(operation: .concat, pictures: [[20, 50, 70], [3, 50, 70]]),
      KindCase(operation: .headPermute(values: 4), pictures: [[16, 29, 31]]),
    ]

  private static let scores: [KindCase] =
    widths.flatMap { width in
      [
        KindCase(operation: .softmax, pictures: [[3, width]]),
        KindCase(operation: .objectnessMap, pictures: [[2, 1, width]]),
        KindCase(operation: .objectnessMap, pictures: [[6, 2, width]]),
      ]
    } + [
      KindCase(operation: .softmax, pictures: [[3000, 2]]),
      KindCase(operation: .softmax, pictures: [[333, 4]]),
      KindCase(operation: .softmax, pictures: [[33, 64]]),
      KindCase(operation: .softmax, pictures: [[700, 21]]),
      KindCase(operation: .softmax, pictures: [[90, 81]]),
      KindCase(operation: .objectnessMap, pictures: [[6, 71, 67]]),
    ]

  private static let boxes: [KindCase] =
    (widths + [3000]).map { count in
      KindCase(
        operation: .decodeBoxes(centreVariance: 0.1, sizeVariance: 0.2),
        pictures: [[count, 4], [count, 4]],
        shared: [[count, 4]])
    }
    + [true, false].map { clip in
      KindCase(
        operation: .priorBox(
          PriorBox(
            imageSize: Pair(60, 90), featureMap: Pair(5, 7), stride: Pair(12, 13), minSize: 30,
            aspectRatios: [2, 0.5], clip: clip)))
    }
    // Below 0, a threshold lets boxes without an object pass, all with the same score.
    + [(1, 5, 0.25), (17, 5, 0.25), (300, 19, 0.25), (300, 3, -0.5)].map { count, classes, threshold in
      KindCase(
        operation: .nms(
          Suppression(
            scoreThreshold: threshold, iouThreshold: 0.45, maxPerClass: 20, objectnessThreshold: 0.125)),
        shared: [[count, 4], [count, classes], [count]])
    }

  private static let resizing: [KindCase] =
    widths.flatMap { width in
      [(7, 5), (4, 33), (1, 1)].map { rows, columns in
        KindCase(operation: .resizeBilinear(size: Pair(rows, columns)), pictures: [[2, 4, width]])
      }
    } + [KindCase(operation: .resizeBilinear(size: Pair(73, 80)), pictures: [[3, 40, 41]])]
}
