import Accuracy
import Backends
import Catalogue
import Tensors
import Testing

/// One layer kind with data, its truth, and what float32 makes of it in several forms.
struct KindCase: Sendable, CustomTestStringConvertible {
  let name: String
  let layer: Layer
  var model = ErrorModel(height: 4)
  let inputs: [Tensor<Float>]
  var parameters = Parameters<Float>()
  let truth: [Double]
  let outputs: [[Float]]

  var testDescription: String { name }

  private init(
    _ name: String, _ operation: Catalogue.Operation, model: ErrorModel = ErrorModel(height: 4),
    _ inputs: [Tensor<Float>], _ parameters: Parameters<Float> = Parameters(), truth: [Double],
    outputs: [[Float]]
  ) {
    do throws(LayerError) {
      layer = try Layer(
        name: name, operation: operation, inputShapes: inputs.map(\.shape), parameterShapes: parameters.shapes
      )
    } catch {
      preconditionFailure(error.description)
    }
    self.name = name
    self.model = model
    self.inputs = inputs
    self.parameters = parameters
    self.truth = truth
    self.outputs = outputs
  }

  /// glibc's expf is within one ULP, which is two units of u.
  private static func exponential(height: Int) -> ErrorModel {
    ErrorModel(height: height, exponentialError: 2)
  }

  private static func wide(_ values: [Float]) -> [Double] { values.map(Double.init) }

  static let all: [KindCase] = elementwise + norms + exponentials + boxes + resizings

  private static let elementwise: [KindCase] = [
    ("even", random(240, stream: 1)), ("spread", spread(240, stream: 2)),
  ]
  .flatMap { name, x -> [KindCase] in
    let y = spread(240, stream: 20)
    let map = random(20, stream: 21)
    let (left, right) = (tensor([1, 12, 4, 5], x), tensor([1, 12, 4, 5], y))
    return [
      KindCase(
        "multiply \(name)", .multiply(relu: false), [left, right], truth: zip(wide(x), wide(y)).map(*),
        outputs: [zip(x, y).map(*)]),
      KindCase(
        "add \(name)", .add(relu: true), [left, right], truth: zip(wide(x), wide(y)).map { max(0, $0 + $1) },
        outputs: [zip(x, y).map { max(0, $0 + $1) }]),
      KindCase(
        "modulate \(name)", .objectnessModulate, [left, tensor([1, 1, 4, 5], map)],
        truth: Formula.modulate(wide(x), wide(map), area: 20, form: 0),
        outputs: (0..<3).map { Formula.modulate(x, map, area: 20, form: $0) }),
    ]
  }

  private static let norms: [KindCase] = [
    ("even", random(240, stream: 3)), ("spread", spread(240, stream: 4)),
  ]
  .flatMap { name, x -> [KindCase] in
    let values = (0..<4).map { random(12, scale: 2, stream: UInt64(30 + $0)) }
    let norm = [values[0], values[1], values[2], values[3].map { abs($0) }]
    let input = tensor([1, 12, 4, 5], x)
    return [
      KindCase(
        "norm \(name)", .batchNorm2d(epsilon: 1e-5, relu: false), [input],
        Parameters(
          norm: .init(weight: norm[0], bias: norm[1], runningMean: norm[2], runningVariance: norm[3])),
        truth: Formula.norm(wide(x), norm.map(wide), epsilon: 1e-5, area: 20, form: 0),
        outputs: (0..<3).map { Formula.norm(x, norm, epsilon: 1e-5, area: 20, form: $0) }),
      KindCase(
        "l2 \(name)", .l2Norm(epsilon: 1e-10), model: ErrorModel(height: 16), [input],
        Parameters(weight: tensor([12], norm[0])),
        truth: Formula.l2(wide(x), wide(norm[0]), epsilon: 1e-10, area: 20, form: 0),
        outputs: (0..<3).map { Formula.l2(x, norm[0], epsilon: 1e-10, area: 20, form: $0) }),
    ]
  }

  private static let exponentials: [KindCase] = [1, 9, 80, 120].flatMap { (scale: Float) -> [KindCase] in
    let x = random(320, scale: scale, stream: 5)
    let largest = objectLogits(Array(x[..<160]))
    return [
      KindCase(
        "sigmoid \(scale)", .sigmoid, model: exponential(height: 3), [tensor([1, 16, 4, 5], x)],
        truth: Formula.sigmoid(wide(x), form: 0), outputs: (0..<2).map { Formula.sigmoid(x, form: $0) }),
      KindCase(
        "objectness \(scale)", .objectnessMap, model: exponential(height: 3),
        [tensor([1, 8, 4, 5], Array(x[..<160]))], truth: Formula.sigmoid(wide(largest), form: 0),
        outputs: (0..<2).map { Formula.sigmoid(largest, form: $0) }),
      KindCase(
        "softmax \(scale)", .softmax, model: exponential(height: 84), [tensor([1, 4, 80], x)],
        truth: Formula.softmax(wide(x), row: 80, form: 0),
        outputs: (0..<3).map { Formula.softmax(x, row: 80, form: $0) }),
    ]
  }

  /// The largest of channels 1, 3, 5 and 7 at every pixel of [1,8,4,5].
  private static func objectLogits(_ x: [Float]) -> [Float] {
    (0..<20).map { pixel in
      let logits: [Float] = [1, 3, 5, 7].map { channel in x[channel * 20 + pixel] }
      return logits.max() ?? 0
    }
  }

  private static let boxes: [KindCase] = {
    let (first, second) = (random(400, scale: 3, stream: 6), random(400, scale: 3, stream: 7))
    let priors = random(400, stream: 8).map { abs($0) }
    let prior = PriorBox(
      imageSize: Pair(300), featureMap: Pair(7), stride: Pair(43), minSize: 30.3, aspectRatios: [2, 0.5, 3],
      clip: false)
    return [
      KindCase(
        "decode", .decodeBoxes(centreVariance: 0.1, sizeVariance: 0.2), model: exponential(height: 12),
        [tensor([1, 100, 4], first), tensor([1, 100, 4], second), tensor([100, 4], priors)],
        truth: Formula.decode(wide(first), wide(second), wide(priors), [0.1, 0.2], form: 0),
        outputs: (0..<3).map { Formula.decode(first, second, priors, [0.1, 0.2], form: $0) }),
      KindCase(
        "priors", .priorBox(prior), [],
        truth: Formula.priors(7, stride: 43.0, image: 300, size: 30.3, ratios: [2, 0.5, 3], form: 0),
        outputs: (0..<2).map {
          Formula.priors(7, stride: 43 as Float, image: 300, size: 30.3, ratios: [2, 0.5, 3], form: $0)
        }),
    ]
  }()

  private static let resizings: [KindCase] = [
    (5, 7, 10, 14), (16, 17, 7, 5), (9, 9, 9, 9), (1, 33, 3, 97), (6, 5, 1, 1),
  ]
  .map { height, width, rows, columns in
    let x = random(height * width, scale: 255, stream: 9)
    return KindCase(
      "resize \(height)×\(width) to \(rows)×\(columns)", .resizeBilinear(size: Pair(rows, columns)),
      [tensor([1, 1, height, width], x)],
      truth: Formula.resized(wide(x), (height, width), (rows, columns), form: 0),
      outputs: (0..<2).map { Formula.resized(x, (height, width), (rows, columns), form: $0) })
  }
}

@Suite struct KindBoundTests {
  @Test(arguments: KindCase.all)
  func `float32 stays within the bound in every form`(kind: KindCase) {
    for output in kind.outputs {
      let verdict = judge(
        kind.layer, kind.model, kind.inputs, kind.parameters, truth: kind.truth, output: output)
      #expect(verdict.status.isGood, "\(verdict.message)")
    }
  }

  /// A relative error of 2⁻¹², of which float32 has no excuse in these kinds, must fail wherever it is looked for: the
  /// bound of most elements is that tight. Elements that cancel may have wider ones.
  @Test(arguments: KindCase.all)
  func `the bound is not vacuous`(kind: KindCase) {
    let disturbed = kind.truth.map { Float($0 * (1 + 0x1p-12)) }
    let verdict = judge(
      kind.layer, kind.model, kind.inputs, kind.parameters, truth: kind.truth, output: disturbed)
    #expect(verdict.status == .failed)
    #expect(verdict.failures * 10 >= verdict.elements * 4, "\(verdict.failures) of \(verdict.elements)")
  }

  @Test(
    arguments: [
      .relu, .concat, .boxOffsets, .headPermute(values: 4),
      .maxPool2d(Pooling(kernel: Pair(1), stride: Pair(1))),
    ] as [Catalogue.Operation])
  func `kinds that only move values have a bound of zero`(operation: Catalogue.Operation) throws {
    let input = tensor([1, 8, 2, 3], random(48, stream: 1))
    let layer = try Layer(name: "moved", operation: operation, inputShapes: [input.shape])
    let truth = Truth(
      shape: layer.outputShape, values: [Double](repeating: 1, count: layer.outputShape.count))
    let bounds = ErrorBounds.evaluate(
      layer: layer, model: .exact, inputs: [input], parameters: Parameters(), truth: truth)
    #expect(bounds.guaranteed.allSatisfy { $0 == 0 })
    #expect(bounds.probabilistic.allSatisfy { $0 == 0 })
  }

  @Test func `a long softmax has a tighter probabilistic bound`() throws {
    let x = tensor([1, 1, 1000], random(1000, stream: 40))
    let layer = try Layer(name: "softmax", operation: .softmax, inputShapes: [x.shape])
    let truth = Truth(shape: x.shape, values: Formula.softmax(x.values.map(Double.init), row: 1000, form: 0))
    let bounds = ErrorBounds.evaluate(
      layer: layer, model: ErrorModel(height: 1004, exponentialError: 2), inputs: [x],
      parameters: Parameters(),
      truth: truth)
    #expect(zip(bounds.probabilistic, bounds.guaranteed).allSatisfy { $0 < $1 })
  }
}
