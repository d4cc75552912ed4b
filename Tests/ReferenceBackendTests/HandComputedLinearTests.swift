import Catalogue
import ReferenceBackend
import Tensors
import Testing

/// A case worked out by hand.
struct HandComputedCase: Sendable, CustomTestStringConvertible {
  let name: String
  let operation: Operation
  /// Extents and values of each input.
  let inputs: [([Int], [Double])]
  var weight: ([Int], [Double])?
  var bias: [Double]?
  var norm: Parameters<Double>.Norm?
  let expected: ([Int], [Double])

  var testDescription: String { name }

  /// Holds float32 and float64 against the expected values.
  ///
  /// - Parameter roundings: 0 where all numbers are exact in float32; otherwise how many roundings of a term
  ///   of magnitude 1 the error may reach.
  func check(roundings: Double = 0) throws {
    let parameters = Parameters(
      weight: try weight.map { try tensor($0.0, $0.1) }, bias: bias, norm: norm)
    let inputs = try inputs.map { try tensor($0.0, $0.1) }
    let double = try evaluated(operation, inputs, parameters)
    let single = try evaluated(operation, inputs.map { $0.map { Float($0) } }, parameters.map { Float($0) })
    #expect(double.shape.dimensions == expected.0)
    #expect(single.shape.dimensions == expected.0)
    for (index, truth) in expected.1.enumerated() {
      #expect(abs(double.values[index] - truth) <= roundings * 0x1p-53, "element \(index) in float64")
      #expect(abs(Double(single.values[index]) - truth) <= roundings * unitRoundoff, "element \(index)")
    }
  }
}

@Suite struct HandComputedLinearTests {
  static let norm = Parameters<Double>.Norm(
    weight: [8, 8], bias: [-2, -2], runningMean: [4, 4], runningVariance: [3.75, 3.75])

  static let convolutions = [
    HandComputedCase(
      name: "2×2 window over 1…9", operation: .conv2d(Convolution()),
      inputs: [([1, 1, 3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9])], weight: ([1, 1, 2, 2], [1, 2, 3, 4]),
      expected: ([1, 1, 2, 2], [37, 47, 67, 77])),
    HandComputedCase(
      name: "padding, stride and bias", operation: .conv2d(Convolution(stride: Pair(2), padding: Pair(1))),
      inputs: [([1, 1, 2, 2], [1, 2, 3, 4])], weight: ([1, 1, 3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]),
      bias: [-70], expected: ([1, 1, 1, 1], [7])),
    HandComputedCase(
      name: "dilation", operation: .conv2d(Convolution(dilation: Pair(2))),
      inputs: [([1, 1, 3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9])], weight: ([1, 1, 2, 2], [1, 10, 100, 1000]),
      expected: ([1, 1, 1, 1], [9731])),
    HandComputedCase(
      name: "groups", operation: .conv2d(Convolution(groups: 2)), inputs: [([1, 2, 1, 1], [2, 3])],
      weight: ([4, 1, 1, 1], [1, 10, 100, 1000]), expected: ([1, 4, 1, 1], [2, 20, 300, 3000])),
    HandComputedCase(
      name: "several channels in", operation: .conv2d(Convolution()), inputs: [([1, 3, 1, 1], [2, 3, 4])],
      weight: ([2, 3, 1, 1], [1, 10, 100, 5, 6, 7]), expected: ([1, 2, 1, 1], [432, 56])),
    HandComputedCase(
      name: "bias, norm and ReLU", operation: .conv2d(Convolution(relu: true, normEpsilon: 0.25)),
      inputs: [([1, 1, 1, 1], [2])], weight: ([2, 1, 1, 1], [3, -3]), bias: [1, 1], norm: norm,
      expected: ([1, 2, 1, 1], [10, 0])),
    HandComputedCase(
      name: "norm without ReLU", operation: .conv2d(Convolution(normEpsilon: 0.25)),
      inputs: [([1, 1, 1, 1], [2])], weight: ([2, 1, 1, 1], [3, -3]), bias: [1, 1], norm: norm,
      expected: ([1, 2, 1, 1], [10, -38])),
    HandComputedCase(
      name: "stride and padding differ by axis",
      operation: .conv2d(Convolution(stride: Pair(1, 2), padding: Pair(0, 1))),
      inputs: [([1, 1, 2, 5], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])], weight: ([1, 1, 1, 3], [1, 2, 3]),
      expected: ([1, 1, 2, 3], [8, 20, 14, 33, 50, 29])),
    HandComputedCase(
      name: "two pictures", operation: .conv2d(Convolution()), inputs: [([2, 1, 1, 1], [3, 5])],
      weight: ([1, 1, 1, 1], [7]), expected: ([2, 1, 1, 1], [21, 35])),
    HandComputedCase(
      name: "dilation beyond the map", operation: .conv2d(Convolution(padding: Pair(6), dilation: Pair(6))),
      inputs: [([1, 1, 1, 1], [3])], weight: ([1, 1, 3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]),
      expected: ([1, 1, 1, 1], [15])),
  ]

  static let deformable = [
    HandComputedCase(
      name: "between pixels, over the edge, outside", operation: .deformConv2d(Convolution()),
      inputs: [
        ([1, 1, 2, 2], [1, 2, 3, 4]), ([1, 2, 2, 2], [0.5, 0, -0.5, 1, 0.5, 0.25, 0, 0]),
      ],
      weight: ([1, 1, 1, 1], [2]), expected: ([1, 1, 2, 2], [5, 3, 4, 0])),
    HandComputedCase(
      name: "dy before dx, tap after tap", operation: .deformConv2d(Convolution()),
      inputs: [
        ([1, 1, 2, 3], [1, 2, 3, 4, 5, 6]),
        ([1, 4, 2, 2], [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]),
      ],
      weight: ([1, 1, 1, 2], [10, 1]), expected: ([1, 1, 2, 2], [43, 23, 45, 56])),
    HandComputedCase(
      name: "just above and left of the map", operation: .deformConv2d(Convolution()),
      inputs: [([1, 1, 1, 1], [8]), ([1, 2, 1, 1], [-0.5, -0.25])], weight: ([1, 1, 1, 1], [1]),
      expected: ([1, 1, 1, 1], [3])),
    HandComputedCase(
      name: "at −1 a sample is 0", operation: .deformConv2d(Convolution()),
      inputs: [([1, 1, 1, 1], [8]), ([1, 2, 1, 1], [-1, 0])], weight: ([1, 1, 1, 1], [1]),
      expected: ([1, 1, 1, 1], [0])),
    HandComputedCase(
      name: "padding, dilation, norm and ReLU",
      operation: .deformConv2d(
        Convolution(padding: Pair(2), dilation: Pair(2), relu: true, normEpsilon: 0.25)),
      inputs: [([1, 1, 1, 1], [2]), ([1, 18, 1, 1], [Double](repeating: 0, count: 18))],
      weight: ([2, 1, 3, 3], [0, 0, 0, 0, 3, 0, 0, 0, 0] + [9, 9, 9, 9, -3, 9, 9, 9, 9]), bias: [1, 1],
      norm: norm, expected: ([1, 2, 1, 1], [10, 0])),
    HandComputedCase(
      name: "an offset moves a tap from the padding into the map",
      operation: .deformConv2d(Convolution(padding: Pair(1))),
      inputs: [
        ([1, 1, 1, 1], [4]), ([1, 18, 1, 1], [1, 0.5] + [Double](repeating: 0, count: 16)),
      ],
      weight: ([1, 1, 3, 3], [10, 0, 0, 0, 1, 0, 0, 0, 0]), expected: ([1, 1, 1, 1], [24])),
  ]

  @Test("Convolution", arguments: convolutions)
  func convolution(_ example: HandComputedCase) throws { try example.check() }

  @Test("Deformable convolution", arguments: deformable)
  func deformableConvolution(_ example: HandComputedCase) throws { try example.check() }
}
