import Backends
import Catalogue
import Microkernels

/// How a Winograd convolution's output is cut into tiles of m×m pixels.
///
/// With dilation d the output splits into d·d interleaved maps (its polyphase components), each of them a dense
/// convolution of the input's component of the same phase shift; a tile lies in one component, so its pixels are d
/// apart.
struct WinogradTiling {
  /// A tile by its first output pixel.
  struct Tile {
    let image: Int
    let row: Int
    let column: Int
  }

  let tiles: [Tile]
  /// m.
  let outputs: Int
  /// Pixels from one of the tile to the next, down and to the right.
  let step: Pair
  let output: Pair

  init(batch: Int, output: Pair, dilation: Pair, outputs: Int) {
    self.outputs = outputs
    self.output = output
    step = dilation
    var tiles: [Tile] = []
    let reach = Pair(outputs * dilation.vertical, outputs * dilation.horizontal)
    for image in 0..<batch {
      for (phaseRow, phaseColumn) in Self.phases(dilation) {
        for row in stride(from: phaseRow, to: output.vertical, by: reach.vertical) {
          for column in stride(from: phaseColumn, to: output.horizontal, by: reach.horizontal) {
            tiles.append(Tile(image: image, row: row, column: column))
          }
        }
      }
    }
    self.tiles = tiles
  }

  private static func phases(_ dilation: Pair) -> [(Int, Int)] {
    (0..<dilation.vertical).flatMap { row in (0..<dilation.horizontal).map { (row, $0) } }
  }

  /// Rows of the tile that lie in the output.
  func rows(of tile: Tile) -> Int {
    min(outputs, (output.vertical - tile.row + step.vertical - 1) / step.vertical)
  }

  /// Columns of the tile that lie in the output.
  func columns(of tile: Tile) -> Int {
    min(outputs, (output.horizontal - tile.column + step.horizontal - 1) / step.horizontal)
  }

  /// Whether all m×m pixels of the tile lie in the output.
  func isWhole(_ tile: Tile) -> Bool { rows(of: tile) == outputs && columns(of: tile) == outputs }

  /// How many tiles from `index` on, below index `end` and at most `most`, follow each other to the right so that
  /// their pixels lie side by side.
  func run(from index: Int, below end: Int, most: Int) -> Int {
    guard step.horizontal == 1 else { return 1 }
    var length = 1
    while length < most, index + length < end {
      let (tile, next) = (tiles[index + length - 1], tiles[index + length])
      guard next.image == tile.image, next.row == tile.row, next.column == tile.column + outputs else {
        break
      }
      length += 1
    }
    return length
  }
}
