import Detection
import Foundation

/// The figures as picture files: maps and their differences enlarged, with a labelled scale below; the photograph with detections and with
/// sampling points.
struct FigurePictures {
  private let figures: FiguresDocument
  private let picture: Picture?

  /// - Parameter picture: what the network saw; without it there are maps alone.
  init(_ figures: FiguresDocument, _ picture: PictureDocument?) {
    self.figures = figures
    self.picture = picture.flatMap { try? Picture(png: $0.png, file: $0.name) }
  }

  /// Every picture with its name, which is safe in a file's name.
  var all: [(name: String, picture: Picture)] {
    figures.maps.map { ($0.layer.safeInFileNames, enlarged($0)) } + differences
      + [detections.map { ("detections", $0) }, sampling.map { ("sampling", $0) }].compactMap { $0 }
  }

  private var differences: [(name: String, picture: Picture)] {
    figures.maps.flatMap { map in
      (map.differenceLevels ?? [:]).sorted { $0.key < $1.key }.map { other, differences in
        let end = Units.plainSmall(differences.largest)
        return (
          "\(map.layer)-less-\(other)".safeInFileNames,
          enlarged(
            HeatMap(differences, rows: map.rows, columns: map.columns).picture, ColourMap.vik,
            from: "-" + end, to: end)
        )
      }
    }
  }

  private func enlarged(_ map: FiguresDocument.Map) -> Picture {
    enlarged(
      HeatMap(map).picture, ColourMap.cividis, from: Units.plainSmall(map.low), to: Units.plainSmall(map.high)
    )
  }

  /// Cells of equal size, about 320 pixels in all, over a bar of the scale with its ends named.
  private func enlarged(_ small: Picture, _ colours: ColourMap, from low: String, to high: String) -> Picture
  {
    let cell = max(1, 320 / max(small.width, small.height))
    let (width, height) = (small.width * cell, small.height * cell)
    let (bar, text) = (14, 2 * Font.height)
    var large = Picture(width: width, height: height + 3 * 6 + bar + text, filledWith: .white)
    for row in 0..<small.height {
      for column in 0..<small.width {
        large.fill(
          x: column * cell..<(column + 1) * cell, y: row * cell..<(row + 1) * cell, with: small[column, row])
      }
    }
    for x in 0..<width {
      large.fill(
        x: x..<x + 1, y: height + 6..<height + 6 + bar,
        with: colours[share: Double(x) / Double(max(width - 1, 1))])
    }
    large.draw(low, x: 0, y: height + 12 + bar, scale: 2)
    large.draw(high, x: width - 2 * Font.width(of: high), y: height + 12 + bar, scale: 2)
    return large
  }

  private var detections: Picture? {
    guard var drawn = picture else { return nil }
    let (width, height) = (Float(drawn.width), Float(drawn.height))
    for object in figures.objects.sorted(by: { $0.score < $1.score }) {
      let box = Box(
        left: Float(object.box[0]), top: Float(object.box[1]), right: Float(object.box[2]),
        bottom: Float(object.box[3])
      ).scaled(horizontal: width, vertical: height)
      drawn.draw(
        box, label: "\(object.name) \(Units.percent(object.score))", Picture.colour(ofClass: object.label))
    }
    return drawn
  }

  private var sampling: Picture? {
    guard var drawn = picture, !figures.sampling.isEmpty else { return nil }
    let layers = figures.sampling.map(\.layer)
    for one in figures.sampling {
      let colour = Picture.colour(ofClass: (layers.firstIndex(of: one.layer) ?? 0) + 1)
      for place in stride(from: 0, to: one.points.count, by: 2) {
        drawn.dot(x: one.points[place], y: one.points[place + 1], colour)
      }
    }
    return drawn
  }
}

extension Picture {
  /// A square mark with a white rim; coordinates are shares of the picture.
  fileprivate mutating func dot(x: Double, y: Double, _ colour: Colour) {
    guard x.isFinite, y.isFinite, abs(x) < 2, abs(y) < 2 else { return }
    let (column, row) = (Int(x * Double(width)), Int(y * Double(height)))
    fill(x: column - 3..<column + 4, y: row - 3..<row + 4, with: .white)
    fill(x: column - 2..<column + 3, y: row - 2..<row + 3, with: colour)
  }
}
