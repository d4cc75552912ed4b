import Detection
import Testing

@Suite struct DrawingTests {
  private static let ground = Colour(12, 34, 56)
  private let blank = Picture(width: 120, height: 90, filledWith: ground)

  private func drawn(_ box: Box, label: Int = 1, score: Float = 0.5) -> Picture {
    var picture = blank
    picture.draw([Detection(label: label, score: score, box: box)], names: .coco)
    return picture
  }

  @Test func aFrameOfTheClassColourAndNothingElseOutsideTheLabel() {
    let picture = drawn(Box(left: 20, top: 30, right: 110, bottom: 80), label: 5)
    let colour = Picture.colour(ofClass: 5)
    // The line is one pixel wide: columns 20 and 109, rows 30 and 79.
    for y in 50..<80 {
      for x in 0..<120 {
        let isInside = (20..<110).contains(x)
        let isFrame = isInside && (x == 20 || x == 109 || y == 79)
        #expect(picture[x, y] == (isFrame ? colour : Self.ground), "(\(x), \(y))")
      }
    }
  }

  @Test func theLabelIsWrittenInTheCorner() {
    let picture = drawn(Box(left: 20, top: 30, right: 110, bottom: 80), label: 6)
    // "bus 50%": seven characters of six columns less one, and a margin of one: 43×10 from the corner.
    let colour = Picture.colour(ofClass: 6)
    let label = (30..<40).flatMap { y in (20..<63).map { x in picture[x, y] } }
    #expect(Set(label) == [colour, colour.luma > 0.5 ? .black : .white])
    // The stem of the b: rows 1…7 of its first column.
    #expect((31..<38).allSatisfy { picture[21, $0] != colour })
    #expect(picture[21, 38] == colour)
  }

  @Test(
    "Boxes beyond the picture are cut off at its edge",
    arguments: [
      Box(left: -50, top: -50, right: 60, bottom: 45), Box(left: 60, top: 45, right: 500, bottom: 500),
      Box(left: -1e30, top: 10, right: 1e30, bottom: 20), Box(left: -3, top: -3, right: 123, bottom: 93),
    ])
  func boxesBeyondThePicture(_ box: Box) {
    let picture = drawn(box)
    #expect(picture.width == 120 && picture.height == 90 && picture.bytes.count == blank.bytes.count)
    #expect(picture != blank)
  }

  @Test func aSideBeyondThePictureIsNotDrawnAlongItsEdge() {
    let picture = drawn(Box(left: 60, top: -20, right: 500, bottom: 70))
    #expect(picture[119, 40] == Self.ground)
    #expect(picture[60, 40] == Picture.colour(ofClass: 1))
    #expect(picture[100, 69] == Picture.colour(ofClass: 1))
  }

  @Test(
    "What can't be drawn leaves the picture alone",
    arguments: [
      Box(left: 10, top: 10, right: 10, bottom: 20), Box(left: 30, top: 10, right: 20, bottom: 20),
      Box(left: .nan, top: 10, right: 20, bottom: 20), Box(left: 10, top: 10, right: .infinity, bottom: 20),
      Box(left: 200, top: 10, right: 300, bottom: 20), Box(left: -30, top: 10, right: -20, bottom: 20),
    ])
  func boxesWithoutArea(_ box: Box) { #expect(drawn(box) == blank) }

  @Test func aScoreThatIsNoNumberIsNotDrawn() {
    #expect(drawn(Box(left: 10, top: 10, right: 50, bottom: 50), score: .nan) == blank)
  }

  @Test func theSurestDetectionIsDrawnLast() {
    let box = Box(left: 10, top: 40, right: 50, bottom: 80)
    var picture = blank
    picture.draw(
      [Detection(label: 1, score: 0.9, box: box), Detection(label: 2, score: 0.3, box: box)], names: .voc)
    #expect(picture[10, 75] == Picture.colour(ofClass: 1))
  }

  @Test("A label fits into pictures of any size", arguments: [1, 2, 9, 40])
  func tinyPictures(_ side: Int) {
    var picture = Picture(width: side, height: side, filledWith: Self.ground)
    picture.draw(
      [Detection(label: 61, score: 1, box: Box(left: 0, top: 0, right: Float(side), bottom: Float(side)))],
      names: .coco)
    #expect(picture.bytes.count == 3 * side * side)
    #expect(picture[0, 0] == Picture.colour(ofClass: 61))
  }

  @Test func linesGrowWithThePicture() {
    #expect(blank.lineWidth == 1)
    #expect(Picture(width: 1000, height: 750, filledWith: .black).lineWidth == 3)
  }

  @Test func neighbouringClassesHaveDifferentColours() {
    #expect(Set((1...7).map { Picture.colour(ofClass: $0) }).count == 7)
    #expect(Picture.colour(ofClass: 8) == Picture.colour(ofClass: 1))
  }
}
