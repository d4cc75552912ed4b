import Catalogue
import ReferenceBackend
import Tensors
import Testing

@Suite struct HandComputedTests {
  static let pooled = [
    HandComputedCase(
      name: "rounded down",
      operation: .maxPool2d(Pooling(kernel: Pair(2), stride: Pair(2))),
      inputs: [([1, 1, 3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9])], expected: ([1, 1, 1, 1], [5])),
    HandComputedCase(
      name: "rounded up",
      operation: .maxPool2d(Pooling(kernel: Pair(2), stride: Pair(2), ceilMode: true)),
      inputs: [([1, 1, 3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9])], expected: ([1, 1, 2, 2], [5, 6, 8, 9])),
    HandComputedCase(
      name: "padding is −∞, not 0",
      operation: .maxPool2d(Pooling(kernel: Pair(3), stride: Pair(1), padding: Pair(1))),
      inputs: [([1, 1, 2, 2], [-1, -2, -3, -4])], expected: ([1, 1, 2, 2], [-1, -1, -1, -1])),
    HandComputedCase(
      name: "a window that would start in the far padding is dropped",
      operation: .maxPool2d(Pooling(kernel: Pair(2), stride: Pair(3), padding: Pair(1), ceilMode: true)),
      inputs: [([1, 1, 2, 2], [1, 2, 3, 4])], expected: ([1, 1, 1, 1], [1])),
    HandComputedCase(
      name: "rounded up over a map smaller than the window",
      operation: .maxPool2d(Pooling(kernel: Pair(2), stride: Pair(2), ceilMode: true)),
      inputs: [([1, 2, 1, 1], [-3, 4])], expected: ([1, 2, 1, 1], [-3, 4])),
  ]

  static let mapped = [
    HandComputedCase(
      name: "batch norm and ReLU", operation: .batchNorm2d(epsilon: 0.25, relu: true),
      inputs: [([1, 2, 1, 2], [1, 3, -1, 5])],
      norm: .init(weight: [2, -1], bias: [10, 1], runningMean: [1, -1], runningVariance: [3.75, 0]),
      expected: ([1, 2, 1, 2], [10, 12, 1, 0])),
    HandComputedCase(
      name: "batch norm of two pictures", operation: .batchNorm2d(epsilon: 0.25, relu: false),
      inputs: [([2, 1, 1, 1], [5, -3])],
      norm: .init(weight: [2], bias: [10], runningMean: [1], runningVariance: [3.75]),
      expected: ([2, 1, 1, 1], [14, 6])),
    HandComputedCase(
      name: "ReLU", operation: .relu, inputs: [([4], [-1, 0, 2, -0.5])], expected: ([4], [0, 0, 2, 0])),
    HandComputedCase(
      name: "product", operation: .multiply(relu: false), inputs: [([2], [2, -3]), ([2], [4, 5])],
      expected: ([2], [8, -15])),
    HandComputedCase(
      name: "product and ReLU", operation: .multiply(relu: true), inputs: [([2], [2, -3]), ([2], [4, 5])],
      expected: ([2], [8, 0])),
    HandComputedCase(
      name: "sum", operation: .add(relu: false), inputs: [([2], [2, -3]), ([2], [4, 1])],
      expected: ([2], [6, -2])),
    HandComputedCase(
      name: "sum and ReLU", operation: .add(relu: true), inputs: [([2], [2, -3]), ([2], [4, 1])],
      expected: ([2], [6, 0])),
    HandComputedCase(
      name: "L2 norm: 3, 4 have length 5", operation: .l2Norm(epsilon: 3),
      inputs: [([1, 2, 1, 1], [3, 4])], weight: ([2], [8, 20]), expected: ([1, 2, 1, 1], [3, 10])),
    HandComputedCase(
      name: "modulation", operation: .objectnessModulate,
      inputs: [([2, 2, 1, 1], [2, 3, 4, 5]), ([2, 1, 1, 1], [0.5, 1])],
      expected: ([2, 2, 1, 1], [3, 4.5, 8, 10])),
    HandComputedCase(
      name: "resizing to twice the width", operation: .resizeBilinear(size: Pair(1, 4)),
      inputs: [([1, 1, 1, 2], [0, 4])], expected: ([1, 1, 1, 4], [0, 1, 3, 4])),
    HandComputedCase(
      name: "resizing to one pixel", operation: .resizeBilinear(size: Pair(1, 1)),
      inputs: [([1, 2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8])], expected: ([1, 2, 1, 1], [2.5, 6.5])),
    HandComputedCase(
      name: "resizing upwards", operation: .resizeBilinear(size: Pair(4, 1)),
      inputs: [([1, 1, 2, 1], [8, 16])], expected: ([1, 1, 4, 1], [8, 10, 14, 16])),
  ]

  static let gathered = [
    HandComputedCase(
      name: "channels joined", operation: .concat,
      inputs: [([1, 1, 1, 2], [1, 2]), ([1, 2, 1, 2], [3, 4, 5, 6])],
      expected: ([1, 3, 1, 2], [1, 2, 3, 4, 5, 6])),
    HandComputedCase(
      name: "rows of two pictures joined", operation: .concat,
      inputs: [([2, 1], [1, 2]), ([2, 2], [3, 4, 5, 6])], expected: ([2, 3], [1, 3, 4, 2, 5, 6])),
    HandComputedCase(
      name: "box offsets of two anchors", operation: .boxOffsets,
      inputs: [([1, 8, 1, 1], [0, 1, 2, 3, 4, 5, 6, 7])], expected: ([1, 4, 1, 1], [0, 4, 1, 5])),
    HandComputedCase(
      name: "head of two anchors", operation: .headPermute(values: 2),
      inputs: [([1, 4, 1, 2], [0, 1, 10, 11, 20, 21, 30, 31])],
      expected: ([1, 4, 2], [0, 10, 20, 30, 1, 11, 21, 31])),
    HandComputedCase(
      name: "prior boxes of two cells",
      operation: .priorBox(
        PriorBox(
          imageSize: Pair(8, 16), featureMap: Pair(1, 2), stride: Pair(8), minSize: 4, aspectRatios: [4],
          clip: false)),
      inputs: [],
      expected: (
        [4, 4],
        [0.25, 0.5, 0.25, 0.5, 0.25, 0.5, 0.5, 0.25, 0.75, 0.5, 0.25, 0.5, 0.75, 0.5, 0.5, 0.25]
      )),
    HandComputedCase(
      name: "a clipped prior box",
      operation: .priorBox(
        PriorBox(
          imageSize: Pair(8, 16), featureMap: Pair(1, 1), stride: Pair(8), minSize: 32, aspectRatios: [],
          clip: true)),
      inputs: [], expected: ([1, 4], [0.25, 0.5, 1, 1])),
  ]

  @Test("Max pooling", arguments: pooled)
  func maxPool(_ example: HandComputedCase) throws { try example.check() }

  @Test("Elementwise kinds and norms", arguments: mapped)
  func elementwise(_ example: HandComputedCase) throws { try example.check() }

  @Test("Kinds that copy, and prior boxes", arguments: gathered)
  func gather(_ example: HandComputedCase) throws { try example.check() }

  /// ln 3, at which the logistic function is ¾.
  private static let ln3 = 1.0986122886681098
  private static let ln2 = 0.6931471805599453

  static let powers = [
    HandComputedCase(
      name: "sigmoid", operation: .sigmoid, inputs: [([3], [0, ln3, -ln3])],
      expected: ([3], [0.5, 0.75, 0.25])),
    HandComputedCase(
      name: "objectness of two anchors", operation: .objectnessMap,
      inputs: [([2, 4, 1, 1], [9, ln3, 9, -1, 9, -7, 9, 0])], expected: ([2, 1, 1, 1], [0.75, 0.5])),
    HandComputedCase(
      name: "softmax", operation: .softmax, inputs: [([2, 2], [0, ln3, 1000, 1000])],
      expected: ([2, 2], [0.25, 0.75, 0.5, 0.5])),
  ]

  /// The argument ln 3 is rounded (1.1u of the power at most), a power is within 2u, and two more operations
  /// of 1u each follow: below 6u of a value of at most 1.
  @Test("Logistic kinds", arguments: powers)
  func logistic(_ example: HandComputedCase) throws { try example.check(roundings: 6) }

  /// After the first step the box is (0.75, 0.5, 1, 0.25), after the second (0.5, 0.75, 1, 0.125). Terms of
  /// at most 1 in magnitude pass 8 roundings and 2 powers within 2u, whose arguments (0.7) are rounded: below
  /// 14u.
  @Test func boxesAreDecodedInTwoSteps() throws {
    let example = HandComputedCase(
      name: "one box", operation: .decodeBoxes(centreVariance: 0.5, sizeVariance: 0.5),
      inputs: [
        ([1, 1, 4], [1, 0, 2 * Self.ln2, 0]), ([1, 1, 4], [-0.5, 2, 0, -2 * Self.ln2]),
        ([1, 4], [0.5, 0.5, 0.5, 0.25]),
      ],
      expected: ([1, 1, 4], [0, 0.6875, 1, 0.8125]))
    try example.check(roundings: 14)
  }
}
