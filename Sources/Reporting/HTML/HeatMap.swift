import Detection
import Foundation

/// A map of numbers as a picture, a pixel per cell.
struct HeatMap {
  /// What lies past the bound: Okabe and Ito's vermilion, which no colour scale of ours contains.
  static let past = Colour(213, 94, 0)
  /// Where nothing was compared.
  static let none = Colour(200, 200, 200)

  let picture: Picture

  /// Error ratios: 10⁻⁵ to 1 on a logarithmic scale.
  init(_ map: LevelMap) {
    picture = Self.picture(rows: map.rows, columns: map.columns, levels: map.levels) { level in
      guard let ratio = LevelMap.ratio(level) else { return Self.none }
      // A level is known to 5 %, so a ratio of exactly 1 may come out a little above it.
      return ratio > 1.05 ? Self.past : ColourMap.cividis[share: 1 + log10(ratio) / 5]
    }
  }

  /// A feature map: its levels from the lowest to the highest.
  init(_ map: FiguresDocument.Map) {
    picture = Self.picture(rows: map.rows, columns: map.columns, levels: map.levels) { level in
      ColourMap.cividis[share: Double(level) / 255]
    }
  }

  /// Differences: brown where the map is the larger one, blue where the other is, near-white where they agree.
  init(_ differences: DifferenceLevels, rows: Int, columns: Int) {
    picture = Self.picture(rows: rows, columns: columns, levels: differences.levels) { level in
      DifferenceLevels.share(level).map { ColourMap.vik[share: $0] } ?? Self.none
    }
  }

  private static func picture(
    rows: Int, columns: Int, levels: Data, colour: (UInt8) -> Colour
  ) -> Picture {
    var picture = Picture(width: max(columns, 1), height: max(rows, 1), filledWith: none)
    for (place, level) in levels.prefix(rows * columns).enumerated() {
      picture[place % columns, place / columns] = colour(level)
    }
    return picture
  }

  /// The picture as a `data:` URI; nil where libpng can't encode it.
  var dataURI: String? { (try? picture.pngData())?.pngURI }
}

extension Data {
  /// PNG data as a `data:` URI.
  var pngURI: String { "data:image/png;base64,\(base64EncodedString())" }
}
