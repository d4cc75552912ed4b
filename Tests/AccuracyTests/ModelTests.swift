import Accuracy
import Backends
import Catalogue
import Tensors
import Testing

/// Bounds grow with what a plan admits of its arithmetic, and by as much as that can do.
@Suite struct ModelTests {
  private let u = Float32Arithmetic.unitRoundoff

  /// What each element's guaranteed bound grows by, in units of u·|truth|, when `model` replaces an exact one.
  private func growth(
    _ operation: Catalogue.Operation, _ input: Tensor<Float>, _ parameters: Parameters<Float> = Parameters(),
    truth: [Double], _ model: ErrorModel
  ) throws -> [Double] {
    let layer = try Layer(
      name: "grown", operation: operation, inputShapes: [input.shape], parameterShapes: parameters.shapes)
    func bounds(_ model: ErrorModel) -> [Double] {
      ErrorBounds.evaluate(
        layer: layer, model: model, inputs: [input], parameters: parameters,
        truth: Truth(shape: layer.outputShape, values: truth)
      ).guaranteed
    }
    return zip(zip(bounds(model), bounds(.exact)), truth).map { ($0.0 - $0.1) / (u * abs($1)) }
  }

  private let x = random(120, scale: 4, stream: 50)

  @Test func `an exponential's error reaches sigmoid once`() throws {
    let truth = Formula.sigmoid(x.map(Double.init), form: 0)
    let model = ErrorModel(height: 2, exponentialError: 10)
    for grown in try growth(.sigmoid, tensor([1, 1, 10, 12], x), truth: truth, model) {
      #expect(abs(grown - 10) < 0.1)
    }
  }

  @Test func `an exponential's error reaches softmax twice, through power and sum`() throws {
    let truth = Formula.softmax(x.map(Double.init), row: 12, form: 0)
    let model = ErrorModel(height: 0, exponentialError: 10)
    for grown in try growth(.softmax, tensor([1, 10, 12], x), truth: truth, model) {
      #expect(abs(grown - 20) < 0.1)
    }
  }

  @Test func `a sum's height reaches softmax whole`() throws {
    let truth = Formula.softmax(x.map(Double.init), row: 12, form: 0)
    for grown in try growth(.softmax, tensor([1, 10, 12], x), truth: truth, ErrorModel(height: 30)) {
      #expect(abs(grown - 30) < 0.1)
    }
  }

  /// The height counts the result's roundings: twice as many under the root, halved by it.
  @Test func `a sum's height reaches the norm whole`() throws {
    let weight: [Float] = [1, 2, 3, -1, 0.5]
    let truth = Formula.l2(x.map(Double.init), weight.map(Double.init), epsilon: 1e-10, area: 24, form: 0)
    let parameters = Parameters<Float>(weight: tensor([5], weight))
    let input = tensor([1, 5, 4, 6], x)
    for grown in try growth(.l2Norm(epsilon: 1e-10), input, parameters, truth: truth, ErrorModel(height: 30))
    {
      #expect(abs(grown - 30) < 0.1)
    }
  }

  @Test func `a convolution's bound is γ times the magnitude`() throws {
    let layer = try Layer(
      name: "dot", operation: .conv2d(Convolution()), inputShapes: [Shape(trusted: [1, 120, 1, 1])],
      parameterShapes: ParameterShapes(weight: Shape(trusted: [1, 120, 1, 1])))
    let input = tensor([1, 120, 1, 1], x)
    let parameters = Parameters<Float>(weight: input)
    let magnitude = x.reduce(0) { $0 + Double($1) * Double($1) }
    let truth = Truth(shape: layer.outputShape, values: [magnitude], magnitudes: [magnitude])
    let bounds = ErrorBounds.evaluate(
      layer: layer, model: ErrorModel(height: 120), inputs: [input], parameters: parameters, truth: truth)
    #expect(abs(bounds.guaranteed[0] / (RoundingFactor.guaranteed(120) * magnitude) - 1) < 1e-6)
    #expect(abs(bounds.probabilistic[0] / (RoundingFactor.probabilistic(120) * magnitude) - 1) < 1e-6)
    let unknown = ErrorBounds.evaluate(
      layer: layer, model: ErrorModel(height: 120), inputs: [input], parameters: parameters,
      truth: Truth(shape: layer.outputShape, values: [magnitude]))
    #expect(abs(unknown.guaranteed[0] / bounds.guaranteed[0] - 1) < 1e-12)
  }
}
