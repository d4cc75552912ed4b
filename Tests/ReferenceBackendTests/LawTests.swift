import Catalogue
import ReferenceBackend
import Tensors
import Testing

/// What holds for every input, whatever the numbers.
@Suite struct LawTests {
  private static let convolution = Convolution(
    stride: Pair(1, 2), padding: Pair(2, 1), dilation: Pair(2, 1), groups: 2)

  private func integers(_ dimensions: [Int], stream: UInt64) throws -> Tensor<Float> {
    Recipe(
      shape: try Shape(dimensions), distribution: .integer(range: 8),
      generator: Philox(key: 3, stream: stream)
    ).makeTensor()
  }

  /// Sums stay below 4·3·3·3·(8·56) < 2²⁴, so float32 is exact.
  @Test func convolutionIsLinear() throws {
    let (x, y) = (try integers([2, 4, 9, 8], stream: 1), try integers([2, 4, 9, 8], stream: 2))
    let parameters = Parameters(weight: try integers([6, 2, 3, 3], stream: 3))
    let operation = Operation.conv2d(Self.convolution)
    let combined = Tensor(x.shape, values: zip(x.values, y.values).map { 2 * $0 - 5 * $1 })
    let (ofX, ofY) = (try evaluated(operation, [x], parameters), try evaluated(operation, [y], parameters))
    let expected = zip(ofX.values, ofY.values).map { 2 * $0 - 5 * $1 }
    #expect(try evaluated(operation, [combined], parameters).values == expected)
  }

  @Test func anImpulseReturnsTheKernelTurnedAround() throws {
    let weight = try integers([1, 1, 3, 5], stream: 4)
    var impulse = Tensor(try Shape([1, 1, 3, 5]), repeating: Float(0))
    impulse.values[7] = 1
    let response = try evaluated(
      .conv2d(Convolution(padding: Pair(1, 2))), [impulse], Parameters(weight: weight))
    #expect(response.values == weight.values.reversed())
  }

  @Test func withoutOffsetsADeformableConvolutionIsAPlainOne() throws {
    let convolution = Convolution(stride: Pair(2, 1), padding: Pair(3), dilation: Pair(3))
    let sample = try Sample(.conv2d(convolution), [[2, 6, 9, 7]], weight: [5, 6, 3, 3], bias: true)
    let plain = Reference.evaluate(sample.layer, inputs: sample.inputs, parameters: sample.parameters)
    let size = plain.shape
    let offset = Tensor(try Shape([2, 18, size[2], size[3]]), repeating: Float(0))
    let deformed = try evaluated(
      .deformConv2d(convolution), [sample.inputs[0], offset], sample.parameters)
    #expect(deformed == plain)
  }

  @Test func oneWholePixelOfOffsetMovesTheMap() throws {
    let map = try integers([1, 3, 6, 6], stream: 5)
    let parameters = Parameters(weight: try integers([2, 3, 1, 1], stream: 6))
    let offset = Tensor(try Shape([1, 2, 6, 6]), repeating: Float(1))
    let still = try evaluated(.conv2d(Convolution()), [map], parameters)
    let moved = try evaluated(.deformConv2d(Convolution()), [map, offset], parameters)
    for channel in 0..<2 {
      for row in 0..<6 {
        for column in 0..<6 {
          let isInside = row < 5 && column < 5
          let expected = isInside ? still.values[(channel * 6 + row + 1) * 6 + column + 1] : 0
          #expect(moved.values[(channel * 6 + row) * 6 + column] == expected)
        }
      }
    }
  }

  @Test func softmaxForgetsAShiftAndSumsToOne() throws {
    let logits = try integers([13, 21], stream: 7)
    let shares = try evaluated(.softmax, [logits])
    #expect(try evaluated(.softmax, [logits.map { $0 + 1000 }]) == shares)
    for row in 0..<13 {
      let sum = shares.values[21 * row..<21 * (row + 1)].reduce(0.0) { $0 + Double($1) }
      // The powers that are divided are those that are added, so only the sum's 20 roundings and the division
      // count.
      #expect(abs(sum - 1) <= gamma(21))
    }
  }

  @Test func resizingToTheSameSizeChangesNothing() throws {
    let map = try integers([2, 3, 5, 7], stream: 8)
    #expect(try evaluated(.resizeBilinear(size: Pair(5, 7)), [map]) == map)
  }

  @Test(
    "A NaN is never hidden",
    arguments: [
      Operation.relu, .sigmoid, .multiply(relu: true), .add(relu: true), .softmax,
      .maxPool2d(Pooling(kernel: Pair(2), stride: Pair(1))), .objectnessMap,
    ])
  func brokenValuesStayVisible(_ operation: Operation) throws {
    for position in 0..<4 {
      var input = try integers([1, 2, 2, 1], stream: 9)
      input.values[position] = .nan
      if operation.kind == .objectnessMap && position < 2 { continue }
      if operation.kind == .maxPool2d { input = input.viewed(as: try Shape([1, 1, 2, 2])) }
      let isBinary = operation.kind == .multiply || operation.kind == .add
      let output = try evaluated(operation, isBinary ? [input, input] : [input])
      #expect(output.values.contains { $0.isNaN })
    }
  }
}
