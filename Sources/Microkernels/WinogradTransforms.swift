public import CLanes

/// The input transform of one tile: a patch of pixels of a blocked map becomes as many values per channel, each in a
/// matrix of its own.
@frozen
public struct WinogradPatch {
  /// The patch's first pixel in the first channel block.
  public var source: UnsafePointer<Float>
  /// Elements from a pixel of the patch to the one below.
  public var rowStride: Int
  /// Elements from a pixel of the patch to the one on the right.
  public var columnStride: Int
  /// Elements from a channel block to the next.
  public var blockStride: Int
  /// Channel blocks of sixteen.
  public var blocks: Int
  /// The tile's row in the first matrix, 64-byte aligned.
  public var target: UnsafeMutablePointer<Float>
  /// Elements from a matrix to the next.
  public var matrixStride: Int
  /// Elements from a channel block of the tile's row to the next.
  public var targetBlockStride: Int
  /// The scheme's points.
  public var points: WinogradPoints

  /// Every field in its order.
  @inlinable
  public init(
    source: UnsafePointer<Float>, rowStride: Int, columnStride: Int, blockStride: Int, blocks: Int,
    target: UnsafeMutablePointer<Float>, matrixStride: Int, targetBlockStride: Int, points: WinogradPoints
  ) {
    self.source = source
    self.rowStride = rowStride
    self.columnStride = columnStride
    self.blockStride = blockStride
    self.blocks = blocks
    self.target = target
    self.matrixStride = matrixStride
    self.targetBlockStride = targetBlockStride
    self.points = points
  }
}

/// The output transform of one tile: a sum per matrix and channel, m² values of them: sum·scale + shift, ReLU where asked.
@frozen
public struct WinogradResult {
  /// The tile's sums in the first matrix, 64-byte aligned; channel blocks lie side by side.
  public var source: UnsafePointer<Float>
  /// Elements from a matrix to the next.
  public var matrixStride: Int
  /// Channel blocks of sixteen.
  public var blocks: Int
  /// The tile's first pixel in the first channel block of a blocked map; of the pooled one, where it is pooled.
  public var target: UnsafeMutablePointer<Float>
  /// Elements from a pixel of the tile to the one below.
  public var rowStride: Int
  /// Elements from a pixel of the tile to the one on the right.
  public var columnStride: Int
  /// Elements from a channel block of the map to the next.
  public var blockStride: Int
  /// One factor per channel, filled up to whole blocks.
  public var scale: UnsafePointer<Float>
  /// One summand per channel, filled up to whole blocks.
  public var shift: UnsafePointer<Float>
  /// Whether values are clipped at 0.
  public var relu: Bool
  /// The scheme's points.
  public var points: WinogradPoints

  /// Every field in its order.
  @inlinable
  public init(
    source: UnsafePointer<Float>, matrixStride: Int, blocks: Int, target: UnsafeMutablePointer<Float>,
    rowStride: Int, columnStride: Int, blockStride: Int, scale: UnsafePointer<Float>,
    shift: UnsafePointer<Float>, relu: Bool, points: WinogradPoints
  ) {
    self.source = source
    self.matrixStride = matrixStride
    self.blocks = blocks
    self.target = target
    self.rowStride = rowStride
    self.columnStride = columnStride
    self.blockStride = blockStride
    self.scale = scale
    self.shift = shift
    self.relu = relu
    self.points = points
  }
}

/// Both transforms over the vector `V`, sixteen channels at a time.
public enum WinogradLoops<V: KernelVector, Scheme: WinogradScheme> {
  @inlinable @inline(__always) static var size: Int { Scheme.size }

  /// Bᵀ·d·B of every channel: first down the patch's columns, then along its rows.
  @inlinable @inline(__always)
  public static func transform(_ patch: borrowing WinogradPatch) {
    // Six rows of six are the most that any scheme here has.
    var half = InlineArray<36, V>(repeating: V(repeating: 0))
    let (points, rowStride, matrixStride) = (patch.points, patch.rowStride, patch.matrixStride)
    for block in 0..<patch.blocks {
      var part = 0
      while part < PackedStrip.depth {
        let source = patch.source + (block &* patch.blockStride &+ part)
        let target = patch.target + (block &* patch.targetBlockStride &+ part)
        for column in 0..<size {
          // As many rows as columns: one beside each.
          if part == 0 { askForNext(row: column, of: patch, source) }
          let top = source + column &* patch.columnStride
          Scheme.transformInput({ V.load(top, $0 &* rowStride) }, points) {
            half[unchecked: $0 &* 6 &+ column] = $1
          }
        }
        for row in 0..<size {
          let left = target + row &* size &* matrixStride
          Scheme.transformInput({ half[unchecked: row &* 6 &+ $0] }, points) {
            $1.store(left, $0 &* matrixStride)
          }
        }
        part &+= V.scalarCount
      }
    }
  }

  /// Asks for one row of the pixels that the next tile to the right has beside this one's, of one channel block: its turn
  /// comes after all blocks of this tile. A processor follows few of the rows of so many planes by itself: without asking,
  /// patches of a map that lies in memory took 1.5 times as long.
  @inlinable @inline(__always)
  static func askForNext(row: Int, of patch: borrowing WinogradPatch, _ source: UnsafePointer<Float>) {
    let line = source + (row &* patch.rowStride &+ size &* patch.columnStride)
    for column in 0..<Scheme.advance { efgr_prefetch(line + column &* patch.columnStride) }
  }

  /// Aᵀ·s·A of every channel, finished: first down the columns of the sums, then along their rows.
  @inlinable @inline(__always)
  public static func finish(_ result: borrowing WinogradResult) {
    let (rowStride, columnStride) = (result.rowStride, result.columnStride)
    forEachPart(result) { row, target in
      for index in 0..<Scheme.outputs {
        let left = target + index &* rowStride
        row(index) { $1.store(left, $0 &* columnStride) }
      }
    }
  }

  /// The same with the maxima of two by two values in their places: a pooling that follows.
  @inlinable @inline(__always)
  public static func finishPooled(_ result: borrowing WinogradResult) {
    let (rowStride, columnStride) = (result.rowStride, result.columnStride)
    forEachPart(result) { row, target in
      for pair in 0..<(Scheme.outputs / 2) {
        var best = InlineArray<4, V>(repeating: V(repeating: 0))
        row(2 &* pair) { best[unchecked: $0] = $1 }
        row(2 &* pair &+ 1) { best[unchecked: $0] = V.greater($1, best[unchecked: $0]) }
        let left = target + pair &* rowStride
        for column in 0..<(Scheme.outputs / 2) {
          V.greater(best[unchecked: 2 &* column], best[unchecked: 2 &* column &+ 1])
            .store(left, column &* columnStride)
        }
      }
    }
  }

  /// Calls `body` for every vector of channels: it gets a function that works out one row of finished values, and where
  /// the first of them belongs.
  @inlinable @inline(__always)
  static func forEachPart(
    _ result: borrowing WinogradResult,
    _ body: (_ row: (Int, (Int, V) -> Void) -> Void, _ target: UnsafeMutablePointer<Float>) -> Void
  ) {
    var half = InlineArray<24, V>(repeating: V(repeating: 0))
    let (points, matrixStride) = (result.points, result.matrixStride)
    let floor = V(repeating: result.relu ? 0 : -.infinity)
    for block in 0..<result.blocks {
      var part = 0
      while part < PackedStrip.depth {
        let channel = block &* PackedStrip.depth &+ part
        let source = result.source + channel
        for column in 0..<size {
          let top = source + column &* matrixStride
          Scheme.transformSums({ V.load(top, $0 &* size &* matrixStride) }, points) {
            half[unchecked: $0 &* 6 &+ column] = $1
          }
        }
        let (scale, shift) = (V.load(result.scale, channel), V.load(result.shift, channel))
        body(
          { row, store in
            Scheme.transformSums({ half[unchecked: row &* 6 &+ $0] }, points) {
              store($0, V.greater(shift.adding(product: $1, scale), floor))
            }
          }, result.target + (block &* result.blockStride &+ part))
        part &+= V.scalarCount
      }
    }
  }
}

/// The transforms of one scheme, compiled for an instruction set.
@frozen
public struct WinogradKernels: Sendable {
  /// See ``WinogradLoops/transform(_:)``.
  public let transform: @Sendable (borrowing WinogradPatch) -> Void
  /// See ``WinogradLoops/finish(_:)``.
  public let finish: @Sendable (borrowing WinogradResult) -> Void
  /// See ``WinogradLoops/finishPooled(_:)``.
  public let finishPooled: @Sendable (borrowing WinogradResult) -> Void

  /// The transforms of `Scheme` over the vector `V`.
  @inlinable @inline(__always)
  public init<V: KernelVector, Scheme: WinogradScheme>(_: V.Type, _: Scheme.Type) {
    transform = { WinogradLoops<V, Scheme>.transform($0) }
    finish = { WinogradLoops<V, Scheme>.finish($0) }
    finishPooled = { WinogradLoops<V, Scheme>.finishPooled($0) }
  }
}
