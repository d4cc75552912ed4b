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

  /// Whether `next` continues `tile` to the right without a gap, in one row of pixels side by side.
  func isRun(_ tile: Tile, _ next: Tile) -> Bool {
    step.horizontal == 1 && next.image == tile.image && next.row == tile.row
      && next.column == tile.column + outputs
  }
}
