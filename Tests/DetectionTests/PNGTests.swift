import Detection
import Foundation
import Testing

/// A PNG of some colour type and the pixels it must become.
struct DecodingCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let data: Data
  let pixels: [Colour]

  init(_ name: String, _ file: HandMadePNG, _ pixels: [Colour]) {
    testDescription = name
    data = file.data
    self.pixels = pixels
  }
}

@Suite struct PNGTests {
  private static let red = Colour(255, 0, 0)
  private static let teal = Colour(0, 128, 128)

  static let decoding = [
    DecodingCase(
      "RGB", HandMadePNG(width: 2, height: 1, colourType: .rgb, rows: [[255, 0, 0, 0, 128, 128]]),
      [red, teal]),
    DecodingCase(
      "grey of 8 bits", HandMadePNG(width: 3, height: 1, colourType: .grey, rows: [[0, 77, 255]]),
      [.black, Colour(77, 77, 77), .white]),
    DecodingCase(
      "grey of 1 bit", HandMadePNG(width: 3, height: 1, depth: 1, colourType: .grey, rows: [[0b1010_0000]]),
      [.white, .black, .white]),
    DecodingCase(
      "grey of 4 bits", HandMadePNG(width: 2, height: 1, depth: 4, colourType: .grey, rows: [[0x5F]]),
      [Colour(85, 85, 85), .white]),
    DecodingCase(
      "palette of 2 bits",
      HandMadePNG(
        width: 3, height: 1, depth: 2, colourType: .palette,
        palette: [255, 0, 0, 0, 128, 128, 255, 255, 255],
        rows: [[0b0110_0000]]),
      [teal, .white, red]),
    DecodingCase(
      "palette with transparency",
      HandMadePNG(
        width: 2, height: 1, colourType: .palette, palette: [255, 0, 0, 0, 128, 128], transparency: [0],
        rows: [[0, 1]]),
      [.white, teal]),
    // 255·(1 − 51/255) = 204 of white shines through.
    DecodingCase(
      "alpha is laid on white",
      HandMadePNG(
        width: 3, height: 1, colourType: .rgba, rows: [[9, 9, 9, 0, 255, 0, 0, 51, 0, 128, 128, 255]]),
      [.white, Colour(255, 204, 204), teal]),
    DecodingCase(
      "grey with alpha", HandMadePNG(width: 2, height: 1, colourType: .greyAlpha, rows: [[0, 51, 77, 255]]),
      [Colour(204, 204, 204), Colour(77, 77, 77)]),
    // 0x8080 is 128·257 and 0xFFFF 255·257.
    DecodingCase(
      "16 bits",
      HandMadePNG(
        width: 2, height: 1, depth: 16, colourType: .rgb,
        rows: [[0xFF, 0xFF, 0, 0, 0, 0, 0, 0, 0x80, 0x80, 0x80, 0x80]]),
      [red, teal]),
    DecodingCase(
      "grey of 16 bits",
      HandMadePNG(width: 1, height: 1, depth: 16, colourType: .grey, rows: [[0x4D, 0x4D]]),
      [Colour(77, 77, 77)]),
    // Adam7 over 2×2: pass 1 holds (0,0), pass 6 (1,0), pass 7 the second row.
    DecodingCase(
      "interlaced",
      HandMadePNG(
        width: 2, height: 2, colourType: .grey, isInterlaced: true, rows: [[10], [20], [30, 40]]),
      [10, 20, 30, 40].map { Colour($0, $0, $0) }),
  ]

  @Test("Every colour type becomes 8-bit RGB", arguments: decoding)
  func decodes(_ example: DecodingCase) throws {
    let picture = try Picture(png: example.data)
    let pixels = (0..<picture.width * picture.height).map { picture[$0 % picture.width, $0 / picture.width] }
    #expect(pixels == example.pixels)
  }

  /// Every channel takes many values, and the extents are no multiples of anything.
  private static let gradient = Picture(
    width: 37, height: 23, bytes: (0..<3 * 37 * 23).map { UInt8(truncatingIfNeeded: $0 * 7 + $0 / 37) })

  @Test func aPictureSurvivesWritingAndReading() throws {
    #expect(try Picture(png: Self.gradient.pngData()) == Self.gradient)
    let single = Picture(width: 1, height: 1, filledWith: Self.teal)
    #expect(try Picture(png: single.pngData()) == single)
  }

  @Test func aPictureSurvivesAFile() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "efgrbench-\(UUID().uuidString).png")
    defer { try? FileManager.default.removeItem(at: url) }
    try Self.gradient.writePNG(to: url)
    #expect(try Picture(contentsOf: url) == Self.gradient)
  }

  @Test func aSliceOfDataIsReadFromItsStart() throws {
    let padded = Data([1, 2, 3]) + (try Self.gradient.pngData())
    #expect(try Picture(png: padded.dropFirst(3)) == Self.gradient)
  }

  @Test func aMissingFileIsNamed() throws {
    let url = URL(filePath: "/nowhere/at-all.png")
    let error = #expect(throws: PictureError.self) { try Picture(contentsOf: url) }
    guard case .unreadable(let file, let reason) = try #require(error) else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(file == "/nowhere/at-all.png" && !reason.isEmpty)
  }

  @Test("What is no PNG is refused", arguments: [Data(), Data("GIF89a and more".utf8), Data([0x89, 0x50])])
  func otherFormats(_ data: Data) {
    #expect(throws: PictureError.notPNG(file: "x.png")) { try Picture(png: data, file: "x.png") }
  }

  @Test("A PNG cut short is refused wherever it is cut", arguments: [8, 12, 30, 40, 60, 90])
  func truncated(_ length: Int) throws {
    let data = try Self.gradient.pngData()
    try #require(length < data.count - 20)
    let error = #expect(throws: PictureError.self) { try Picture(png: data.prefix(length), file: "cut.png") }
    guard case .damaged(let file, let reason) = try #require(error) else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(file == "cut.png" && !reason.isEmpty)
  }

  @Test func aFlippedBitIsNoticed() throws {
    var data = HandMadePNG(width: 2, height: 1, colourType: .rgb, rows: [[255, 0, 0, 0, 128, 128]]).data
    // A bit of the header's width, guarded by the chunk's checksum.
    data[19] ^= 1
    #expect(throws: PictureError.self) { try Picture(png: data) }
  }

  @Test func tooManyPixelsAreRefusedBeforeTheyAreRead() {
    let huge = HandMadePNG(width: 100_000, height: 100_000, colourType: .grey, rows: [[0]]).data
    #expect(throws: PictureError.tooLarge(file: "huge.png", width: 100_000, height: 100_000)) {
      try Picture(png: huge, file: "huge.png")
    }
  }

  @Test func anUnwritablePlaceIsNamed() throws {
    let error = #expect(throws: PictureError.self) {
      try Self.gradient.writePNG(to: URL(filePath: "/nowhere/at-all.png"))
    }
    #expect(try #require(error).description.contains("/nowhere/at-all.png can't be written"))
  }
}
