import Detection
import Tensors
import Testing

@Suite struct NetworkInputTests {
  private func grey(_ width: Int, _ height: Int, _ levels: [UInt8]) -> Picture {
    Picture(width: width, height: height, bytes: levels.flatMap { [$0, $0, $0] })
  }

  @Test func channelsAreBlueGreenRedLessTheirMeans() {
    let picture = Picture(width: 1, height: 1, filledWith: Colour(200, 150, 100))
    let input = picture.networkInput(size: 1)
    #expect(input.shape.dimensions == [1, 3, 1, 1])
    // 100 − 104, 150 − 117 and 200 − 123.
    #expect(input.values == [-4, 33, 77])
  }

  @Test func theOwnSizeIsCopied() {
    let levels: [UInt8] = [0, 10, 20, 30, 40, 50, 60, 70, 255]
    let input = grey(3, 3, levels).networkInput(size: 3)
    let means: [Float] = [104, 117, 123]
    let expected = means.flatMap { mean in levels.map { Float($0) - mean } }
    #expect(input.values == expected)
  }

  /// Output centres lie at −¼, ¼, ¾ and 1¼ of the two columns, the outer ones clamped.
  @Test func enlargingInterpolatesBetweenCentresAndClampsAtEdges() {
    let input = grey(2, 1, [0, 100]).networkInput(size: 4)
    // 0, 25, 75 and 100 less 104.
    let expected: [Float] = [-104, -79, -29, -4]
    for row in 0..<4 { #expect(Array(input.values[4 * row..<4 * row + 4]) == expected) }
  }

  /// Output centres lie at ½ and 2½ of four rows: no averaging over what lies between.
  @Test func shrinkingTakesTheTwoNearest() {
    let input = grey(1, 4, [0, 8, 100, 200]).networkInput(size: 2)
    // 4 and 150 less 104.
    let expected: [Float] = [-100, -100, 46, 46]
    #expect(Array(input.values.prefix(4)) == expected)
  }

  @Test func bothAxesAreStretchedIndependently() {
    // Rows differ by 16, columns by 64; the one output pixel is the mean of all four, 40, less 104.
    #expect(grey(2, 2, [0, 64, 16, 80]).networkInput(size: 1).values[0] == -64)
  }

  /// Levels between whole ones are kept: OpenCV on 8-bit pictures would round them.
  @Test func nothingIsRoundedToWholeLevels() {
    #expect(grey(2, 1, [0, 1]).networkInput(size: 1).values[0] == -103.5)
  }
}
