import Catalogue
import Tensors

/// Where the elements of an [N, C, H, W] map lie in memory. `depth` channels of a pixel stand side by side (a *block* of
/// channels), pixels follow row by row within a border, and the blocks follow each other:
/// [N][groups · blocks][H + 2·border][W + 2·border][depth].
///
/// - Depth 1 without a border is NCHW (``planar(_:)``).
/// - Depth 16 is what the micro-kernels read (``blocked(_:border:groups:)``): one cache line of floats per pixel and
///   block. Maps of fewer channels have one block of just these.
/// - A depth of all channels is what a head looks like after its permutation, [N, H·W·A, k] (``pixels(_:)``).
///
/// All strides and offsets are in elements. Offsets count from the first element of the border.
struct MapLayout: Hashable, Sendable {
  let batch: Int
  let channels: Int
  /// Rows and columns, without the border.
  let size: Pair
  /// Channels that stand side by side.
  let depth: Int
  /// Rows and columns around the map on each side. Who reads windows of the map finds zeros there.
  let border: Pair
  /// Channels of different groups share no block.
  let groups: Int
  /// Channel blocks per group; the last may be filled up with zeros.
  let blocks: Int
  /// The map with its border.
  let padded: Pair
  /// Elements from one row to the next.
  let rowStride: Int
  /// Elements from one channel block to the next.
  let blockStride: Int

  /// Channels per block: one cache line of floats.
  static let blockDepth = 16

  private init(_ shape: Shape, depth: Int, border: Pair, groups: Int) {
    batch = shape[0]
    channels = shape[1]
    size = Pair(shape[2], shape[3])
    self.depth = depth
    self.border = border
    self.groups = groups
    blocks = (shape[1] / groups + depth - 1) / depth
    padded = Pair(size.vertical + 2 * border.vertical, size.horizontal + 2 * border.horizontal)
    rowStride = padded.horizontal * depth
    blockStride = padded.vertical * rowStride
  }

  /// NCHW.
  static func planar(_ shape: Shape) -> MapLayout {
    MapLayout(shape, depth: 1, border: Pair(0), groups: 1)
  }

  /// Blocks of 16 channels, or of all channels of a group where they are fewer.
  static func blocked(_ shape: Shape, border: Pair = Pair(0), groups: Int = 1) -> MapLayout {
    MapLayout(shape, depth: min(shape[1] / groups, blockDepth), border: border, groups: groups)
  }

  /// All channels of a pixel side by side: NHWC.
  static func pixels(_ shape: Shape) -> MapLayout {
    MapLayout(shape, depth: shape[1], border: Pair(0), groups: 1)
  }

  /// Pixels without the border.
  var area: Int { size.vertical * size.horizontal }
  /// Elements from one picture to the next.
  var imageStride: Int { groups * blocks * blockStride }
  /// Elements of the whole map, border and filled-up channels included.
  var count: Int { batch * imageStride }
  /// Whether the rows of a block follow each other without a gap.
  var isDense: Bool { border.vertical == 0 && border.horizontal == 0 }
  /// Whether every lane of every block is a channel.
  var isFilled: Bool { blocks * depth * groups == channels }

  /// Where the first channel of a pixel lies; rows and columns count from the map's own first pixel.
  func offset(image: Int, row: Int, column: Int) -> Int {
    image * imageStride + (row + border.vertical) * rowStride + (column + border.horizontal) * depth
  }

  /// Where the first channel of the pixel at flat place `place` (row by row) lies.
  func offset(image: Int, place: Int) -> Int {
    let (row, column) = place.quotientAndRemainder(dividingBy: size.horizontal)
    return offset(image: image, row: row, column: column)
  }
}
