import Catalogue
import ReferenceBackend
import Tensors
import Testing

/// Non-maximum suppression on boxes whose overlaps are known.
@Suite struct SuppressionTests {
  private func detections(
    _ boxes: [[Double]], _ scores: [[Double]], objectness: [Double]? = nil, iou: Double = 0.45,
    maxPerClass: Int = 50
  ) throws -> [[Double]] {
    let suppression = Suppression(
      scoreThreshold: 0.125, iouThreshold: iou, maxPerClass: maxPerClass, objectnessThreshold: 0.25)
    let inputs = [
      try tensor([boxes.count, 4], boxes.flatMap { $0 }),
      try tensor([scores.count, scores[0].count], scores.flatMap { $0 }),
      try tensor([boxes.count], objectness ?? [Double](repeating: 1, count: boxes.count)),
    ]
    let double = try evaluated(.nms(suppression), inputs)
    let single = try evaluated(.nms(suppression), inputs.map { $0.map { Float($0) } })
    #expect(single == double.map { Float($0) })
    #expect(double.shape == Shape(trusted: [double.values.count / 6, 6]))
    return stride(from: 0, to: double.values.count, by: 6).map { Array(double.values[$0..<$0 + 6]) }
  }

  private let square: [Double] = [0, 0, 9, 9]
  private let shifted: [Double] = [5, 0, 14, 9]
  private let upperHalf: [Double] = [0, 0, 9, 4]
  private let far: [Double] = [100, 100, 109, 109]

  @Test func theSurerOfTwoEqualBoxesStays() throws {
    // The shifted box shares 50 of 150 pixels with the others: a third.
    let found = try detections([square, square, shifted], [[0, 0.5], [0, 0.875], [0, 0.75]])
    #expect(found == [[1, 0.875] + square, [1, 0.75] + shifted])
  }

  @Test func anOverlapAtTheThresholdStays() throws {
    let found = try detections([square, upperHalf], [[0, 0.5], [0, 0.25]], iou: 0.5)
    #expect(found == [[1, 0.5] + square, [1, 0.25] + upperHalf])
  }

  @Test func boxesAreOnePixelWiderThanTheirCornersAreApart() throws {
    // 50/100 with whole pixels; 36/81 = 0.44… without the last pixel, which would stay.
    #expect(try detections([square, upperHalf], [[0, 0.5], [0, 0.25]], iou: 0.45) == [[1, 0.5] + square])
  }

  @Test func theLowerIndexWinsATie() throws {
    let found = try detections([upperHalf, square, far], [[0, 0.5], [0, 0.5], [0, 0.5]])
    #expect(found == [[1, 0.5] + upperHalf, [1, 0.5] + far])
  }

  @Test func scoresAtTheThresholdAndAnchorsWithoutAnObjectAreDropped() throws {
    let found = try detections(
      [square, far, [200, 0, 209, 9]], [[0.9, 0.125, 0.25], [0.9, 0.5, 0.5], [0.9, 0.75, 0]],
      objectness: [1, 0.25, 0.375])
    #expect(found == [[1, 0.75, 200, 0, 209, 9], [2, 0.25] + square])
  }

  @Test func aSuppressedBoxSuppressesNoOther() throws {
    // Each neighbour shares 70 of 130 pixels (0.54); the outer two 40 of 160 (0.25).
    let chain: [[Double]] = [[0, 0, 9, 9], [3, 0, 12, 9], [6, 0, 15, 9]]
    let found = try detections(chain, [[0, 0.875], [0, 0.75], [0, 0.5]])
    #expect(found == [[1, 0.875] + chain[0], [1, 0.5] + chain[2]])
  }

  @Test func noMoreThanTheMaximumPerClass() throws {
    let boxes = (0..<5).map { [Double($0) * 20, 0, Double($0) * 20 + 9, 9] }
    let found = try detections(boxes, boxes.map { [0, 0.25 + $0[0] / 200, 0.5] }, maxPerClass: 2)
    #expect(found.map { $0[0] } == [1, 1, 2, 2])
    #expect(found.map { $0[2] } == [80, 60, 0, 20])
  }

  @Test func nothingFoundIsAnEmptyList() throws {
    #expect(try detections([square], [[1, 0.0625]]).isEmpty)
  }
}
