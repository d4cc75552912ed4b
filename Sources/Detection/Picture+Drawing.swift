import Foundation

extension Picture {
  /// Colours that are told apart with any colour vision (Okabe & Ito, *Color Universal Design*, 2008, without
  /// black).
  private static let palette = [
    Colour(230, 159, 0), Colour(86, 180, 233), Colour(0, 158, 115), Colour(240, 228, 66),
    Colour(0, 114, 178), Colour(213, 94, 0), Colour(204, 121, 167),
  ]

  /// The colour of a class's boxes; classes seven apart share one.
  package static func colour(ofClass label: Int) -> Colour {
    palette[((label - 1) % palette.count + palette.count) % palette.count]
  }

  /// The width of a box's line in pixels: 1 for every 250 pixels of the picture's shorter side, at least 1.
  package var lineWidth: Int { max(1, Int((Double(min(width, height)) / 250).rounded())) }

  /// Draws each detection's box and, in its top left corner, its class and score in percent. Lower scores are
  /// drawn first, so that the surest stay visible. What lies beyond the picture is left out; a detection
  /// whose score or box is not finite, or whose box has no area, is not drawn.
  package mutating func draw(_ detections: [Detection], names: ClassNames) {
    for detection in detections.sorted(by: { $0.score < $1.score }) {
      guard detection.score.isFinite else { continue }
      let percent = Int((min(max(detection.score, 0), 1) * 100).rounded())
      draw(
        detection.box, label: "\(names[detection.label]) \(percent)%",
        Self.colour(ofClass: detection.label))
    }
  }

  /// Draws a box and, in its top left corner, a label. A box that is not finite or has no area in the picture is not
  /// drawn.
  package mutating func draw(_ box: Box, label: String, _ colour: Colour) {
    guard let outline = Outline(box, width: width, height: height) else { return }
    drawFrame(outline, colour)
    drawLabel(label, at: outline, colour)
  }

  /// Writes text with its top left corner at (x, y), each of the font's pixels `scale` pixels wide.
  package mutating func draw(_ text: String, x left: Int, y top: Int, scale: Int, _ ink: Colour = .black) {
    for (position, character) in text.enumerated() {
      let origin = left + position * (Font.width + Font.spacing) * scale
      for pixel in Font.pixels(of: character) {
        let (x, y) = (origin + pixel.x * scale, top + pixel.y * scale)
        fill(x: x..<x + scale, y: y..<y + scale, with: ink)
      }
    }
  }

  /// Four bars along the inside of the outline.
  private mutating func drawFrame(_ outline: Outline, _ colour: Colour) {
    let (x, y, line) = (outline.x, outline.y, lineWidth)
    fill(x: x, y: y.lowerBound..<min(y.lowerBound + line, y.upperBound), with: colour)
    fill(x: x, y: max(y.upperBound - line, y.lowerBound)..<y.upperBound, with: colour)
    fill(x: x.lowerBound..<min(x.lowerBound + line, x.upperBound), y: y, with: colour)
    fill(x: max(x.upperBound - line, x.lowerBound)..<x.upperBound, y: y, with: colour)
  }

  /// Text on a ground of the box's colour, moved into the picture as far as it fits.
  private mutating func drawLabel(_ text: String, at outline: Outline, _ colour: Colour) {
    let (scale, margin) = (lineWidth, lineWidth)
    let labelWidth = Font.width(of: text) * scale + 2 * margin
    let labelHeight = Font.height * scale + 2 * margin
    let left = max(0, min(outline.x.lowerBound, width - labelWidth))
    let top = max(0, min(outline.y.lowerBound, height - labelHeight))
    fill(x: left..<left + labelWidth, y: top..<top + labelHeight, with: colour)
    draw(
      text, x: left + margin, y: top + margin, scale: scale, colour.luma > 0.5 ? .black : .white)
  }
}

/// A box in whole pixels. Sides beyond the picture stay beyond it, so that they are not drawn along its edge.
private struct Outline {
  let x: Range<Int>
  let y: Range<Int>

  /// nil when a corner is not finite, the box has no area or no part of it lies in the picture.
  init?(_ box: Box, width: Int, height: Int) {
    guard let x = Self.pixels(box.left, box.right, extent: width),
      let y = Self.pixels(box.top, box.bottom, extent: height)
    else { return nil }
    self.x = x
    self.y = y
  }

  /// Pixels from `start` to `end`, both rounded to the nearest edge between pixels. A picture's extent to
  /// either side is as far as anything is followed.
  private static func pixels(_ start: Float, _ end: Float, extent: Int) -> Range<Int>? {
    guard start.isFinite, end.isFinite, start < end else { return nil }
    let limit = Float(extent)
    let first = Int(min(max(start, -limit), 2 * limit).rounded())
    let last = max(first + 1, Int(min(max(end, -limit), 2 * limit).rounded()))
    return first < extent && last > 0 ? first..<last : nil
  }
}
