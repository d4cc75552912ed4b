import Accuracy
import Backends
import Catalogue
import Tensors
import Testing

@Suite("Displacements of deformable convolutions") struct DisplacementTests {
  @Test(
    "for every element are those of the window sums",
    arguments: [ErrorModel.Coordinates.roundedSum, .splitInteger], [true, false])
  func agree(_ coordinates: ErrorModel.Coordinates, _ hasNorm: Bool) throws {
    let layer = try Layer(
      name: "deform", operation: .deformConv2d(Convolution(padding: Pair(2), dilation: Pair(2))),
      inputShapes: [Shape([2, 5, 7, 9]), Shape([2, 18, 7, 9])],
      parameterShapes: ParameterShapes(weight: Shape([6, 5, 3, 3]), norm: hasNorm ? Shape([6]) : nil))
    func values(_ shape: Shape, _ stream: UInt64, _ scale: Float) -> Tensor<Float> {
      Recipe(
        shape: shape, distribution: .uniform(scale: scale), generator: Philox(key: 7, stream: stream)
      ).makeTensor()
    }
    func vector(_ stream: UInt64) -> [Float] { values(Shape(trusted: [6]), stream, 1).values }
    let inputs = [values(layer.inputShapes[0], 0, 1), values(layer.inputShapes[1], 1, 4)]
    let parameters = Parameters(
      weight: values(Shape(trusted: [6, 5, 3, 3]), 2, 1),
      norm: hasNorm
        ? .init(
          weight: vector(3), bias: vector(4), runningMean: vector(5),
          runningVariance: vector(6).map { 1.5 + $0 }) : nil)
    let sample = try #require(
      DirectSample.evaluate(
        layer: layer, inputs: inputs, parameters: parameters, indices: nil, coordinates: coordinates))
    let all = try #require(
      DirectSample.displacements(
        layer: layer, inputs: inputs, parameters: parameters, coordinates: coordinates))
    #expect(all.count == 2 * 6 * 7 * 9)
    #expect(sample.displacements.contains { $0 > 0 })
    // The same sums of the same 45 nonnegative terms; the norm's factor may round differently.
    for (one, other) in zip(all, sample.displacements) { #expect(abs(one - other) <= 1e-14 * other) }
  }
}
