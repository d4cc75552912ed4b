import Foundation

/// What a network sees in a picture, as a run attaches it to its record: `efgrbench-figures/1`. The figures are those of
/// the paper (its Figure 2 and the objectness maps), made of one backend's chained outputs.
package struct FiguresDocument: Sendable, Hashable, Codable {
  package static let schema = "efgrbench-figures/1"

  /// A feature map as a picture of one number per cell.
  package struct Map: Sendable, Hashable, Codable {
    package var layer: String
    package var title: String
    /// How the channels became one number, and what the number is.
    package var meaning: String
    package var rows: Int
    package var columns: Int
    /// What level 0 and level 255 stand for.
    package var low: Double
    package var high: Double
    /// Row-major, linear from `low` to `high`.
    package var levels: Data
    /// The largest |difference| from each other backend's map, in the map's own unit.
    package var differences: [String: Double]
    /// This map less each other backend's; nil in records that are older than it.
    package var differenceLevels: [String: DifferenceLevels]?

    package init(
      layer: String, title: String, meaning: String, rows: Int, columns: Int, low: Double, high: Double,
      levels: Data, differences: [String: Double] = [:], differenceLevels: [String: DifferenceLevels]? = nil
    ) {
      self.layer = layer
      self.title = title
      self.meaning = meaning
      self.rows = rows
      self.columns = columns
      self.low = low
      self.high = high
      self.levels = levels
      self.differences = differences
      self.differenceLevels = differenceLevels
    }

    enum CodingKeys: String, CodingKey {
      case layer, title, meaning, rows, columns, low, high, levels, differences
      case differenceLevels = "difference_levels"
    }
  }

  /// Where one deformable convolution looks for one output cell. Coordinates are shares of the picture's width and
  /// height.
  package struct Sampling: Sendable, Hashable, Codable {
    package var layer: String
    package var x: Double
    package var y: Double
    /// Nine places as x, y, x, y…
    package var points: [Double]

    package init(layer: String, x: Double, y: Double, points: [Double]) {
      self.layer = layer
      self.x = x
      self.y = y
      self.points = points
    }
  }

  /// One detected object. The box is in shares of the picture's width and height: left, top, right, bottom.
  package struct Object: Sendable, Hashable, Codable {
    package var name: String
    /// The class's number, which chooses its colour.
    package var label: Int
    package var score: Double
    package var box: [Double]

    package init(name: String, label: Int, score: Double, box: [Double]) {
      self.name = name
      self.label = label
      self.score = score
      self.box = box
    }
  }

  package var schema: String
  package var backend: String
  /// Which ``PictureDocument`` holds the picture; nil where none does.
  package var picture: String?
  package var maps: [Map]
  package var sampling: [Sampling]
  /// The surest ones, the surest first.
  package var objects: [Object]
  /// How many there were in all; nil where the run ended before they were looked for.
  package var found: Int?
  /// How many objects each other backend found otherwise: in number, class, or a place more than a pixel away.
  package var otherObjects: [String: Int]

  package init(
    backend: String, picture: String?, maps: [Map], sampling: [Sampling], objects: [Object],
    found: Int?, otherObjects: [String: Int] = [:]
  ) {
    schema = Self.schema
    self.backend = backend
    self.picture = picture
    self.maps = maps
    self.sampling = sampling
    self.objects = objects
    self.found = found
    self.otherObjects = otherObjects
  }

  enum CodingKeys: String, CodingKey {
    case schema, backend, picture, maps, sampling, objects, found
    case otherObjects = "other_objects"
  }
}

/// A picture as a network gets it, kept once per database however many runs look at it: `efgrbench-picture/1`.
package struct PictureDocument: Sendable, Hashable, Codable {
  package static let schema = "efgrbench-picture/1"

  package var schema: String
  /// Tells pictures apart: the file's SHA-256 and the size that it was brought to.
  package var name: String
  package var width: Int
  package var height: Int
  package var png: Data

  package init(name: String, width: Int, height: Int, png: Data) {
    schema = Self.schema
    self.name = name
    self.width = width
    self.height = height
    self.png = png
  }
}
