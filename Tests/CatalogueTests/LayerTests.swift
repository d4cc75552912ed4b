import Catalogue
import Tensors
import Testing

@Suite("Layers") struct LayerTests {
  @Test("work out their output's shape")
  func convolution() throws {
    let layer = try Layer(
      name: "c",
      operation: .conv2d(Convolution(stride: Pair(2, 1), padding: Pair(1, 2), dilation: Pair(1, 2))),
      inputShapes: [Shape([2, 4, 9, 10])], parameterShapes: ParameterShapes(weight: Shape([6, 4, 3, 3])))
    // ⌊(9 + 2 − 2 − 1)/2⌋ + 1 = 5 and ⌊(10 + 4 − 4 − 1)/1⌋ + 1 = 10.
    #expect(layer.outputShape.dimensions == [2, 6, 5, 10])
    #expect(layer.macs == 2 * 6 * 5 * 10 * 4 * 9)
    #expect(layer.reductionLength == 36)
    #expect(layer.bytesMoved == 4 * (2 * 4 * 90 + 6 * 36 + 2 * 6 * 50))
  }

  /// Sizes by hand from the rule that a window starting in the right or bottom padding is dropped.
  @Test(
    "drop a pooling window that starts in the far padding",
    arguments: [
      (5, 2, 2, 0, false, 2), (5, 2, 2, 0, true, 3), (4, 2, 2, 1, true, 3), (3, 2, 2, 1, true, 2),
      (7, 3, 2, 1, true, 4),
    ])
  func pooling(_ size: Int, _ kernel: Int, _ stride: Int, _ padding: Int, _ ceil: Bool, _ expected: Int) {
    let pooling = Pooling(kernel: Pair(kernel), stride: Pair(stride), padding: Pair(padding), ceilMode: ceil)
    #expect(pooling.outputSize(input: Pair(size)) == Pair(expected))
  }

  /// A broken rule, and a word of the sentence that must name it.
  struct Broken: CustomTestStringConvertible, Sendable {
    let operation: Operation
    let inputs: [[Int]]
    var parameters = ParameterShapes.none
    let word: String

    var testDescription: String { "\(operation.kind.rawValue): \(word)" }
  }

  private static let weight = ParameterShapes(weight: Shape(trusted: [4, 2, 3, 3]))

  static let broken: [Broken] = [
    Broken(operation: .conv2d(Convolution()), inputs: [[1, 2, 5, 5]], word: "weight is missing"),
    Broken(operation: .conv2d(Convolution()), inputs: [[1, 3, 5, 5]], parameters: weight, word: "channels"),
    Broken(
      operation: .conv2d(Convolution()), inputs: [[1, 2, 2, 5]], parameters: weight, word: "does not fit"),
    Broken(
      operation: .conv2d(Convolution(stride: Pair(0))), inputs: [[1, 2, 5, 5]], parameters: weight,
      word: "stride"),
    Broken(
      operation: .conv2d(Convolution(groups: 3)), inputs: [[1, 2, 5, 5]], parameters: weight, word: "groups"),
    Broken(
      operation: .deformConv2d(Convolution()), inputs: [[1, 2, 5, 5], [1, 16, 3, 3]], parameters: weight,
      word: "offset"),
    Broken(operation: .relu, inputs: [[1, 2, 3, 4]], parameters: weight, word: "no weight"),
    Broken(operation: .multiply(relu: false), inputs: [[1, 2], [2, 1]], word: "differ"),
    Broken(operation: .concat, inputs: [[1, 2, 3, 4], [1, 2, 4, 4]], word: "axis 1"),
    Broken(operation: .boxOffsets, inputs: [[1, 6, 2, 2]], word: "multiple of 4"),
    Broken(operation: .headPermute(values: 4), inputs: [[1, 6, 2, 2]], word: "multiple"),
    Broken(
      operation: .maxPool2d(Pooling(kernel: Pair(2), stride: Pair(2), padding: Pair(2))),
      inputs: [[1, 1, 4, 4]],
      word: "half of the kernel"),
    Broken(operation: .batchNorm2d(epsilon: 0, relu: false), inputs: [[1, 2, 3, 4]], word: "missing"),
    Broken(
      operation: .decodeBoxes(centreVariance: 0.1, sizeVariance: 0.2),
      inputs: [[1, 5, 4], [1, 5, 4], [4, 4]],
      word: "[P,4]"),
  ]

  @Test("refuse what does not fit, by name and rule", arguments: broken)
  func refusal(_ broken: Broken) throws {
    let shapes = try broken.inputs.map { try Shape($0) }
    let error = #expect(throws: LayerError.self) {
      try Layer(
        name: "odd", operation: broken.operation, inputShapes: shapes, parameterShapes: broken.parameters)
    }
    #expect(error?.description.contains(broken.word) == true, "\(String(describing: error))")
    #expect(error?.layer == "odd")
  }
}
