/// The arguments of a kernel that finishes a tile's sums and stores them as rows of channels: for every row m below
/// `rows` and column n below `columns`, target[m·targetStride + n] = clip(sums[m·sumsStride + n]·scale[n] + shift[n]).
///
/// Sums, scales and shifts are read in whole vectors: where `columns` is not a multiple of the lanes, they must go on
/// up to the next one. Of the target nothing is written past `columns`.
public struct TileFinish {
  /// [rows][sumsStride].
  public var sums: UnsafePointer<Float>
  /// Elements from one row of sums to the next.
  public var sumsStride: Int
  /// [rows][targetStride].
  public var target: UnsafeMutablePointer<Float>
  /// Elements from one row of the target to the next.
  public var targetStride: Int
  /// Pixels.
  public var rows: Int
  /// Channels.
  public var columns: Int
  /// One factor per column.
  public var scale: UnsafePointer<Float>
  /// One summand per column.
  public var shift: UnsafePointer<Float>
  /// Whether values are clipped at 0.
  public var relu: Bool

  /// Every field in its order.
  public init(
    sums: UnsafePointer<Float>, sumsStride: Int, target: UnsafeMutablePointer<Float>, targetStride: Int,
    rows: Int, columns: Int, scale: UnsafePointer<Float>, shift: UnsafePointer<Float>, relu: Bool
  ) {
    self.sums = sums
    self.sumsStride = sumsStride
    self.target = target
    self.targetStride = targetStride
    self.rows = rows
    self.columns = columns
    self.scale = scale
    self.shift = shift
    self.relu = relu
  }
}

/// The other factor of an elementwise product, with a norm of its own: for each element
/// clip(clip(values[m·stride + n]·scale[n] + shift[n])·x). Read up to whole vectors like the sums, values excepted.
public struct TileFactor {
  /// [rows][stride].
  public var values: UnsafePointer<Float>
  /// Elements from one row to the next.
  public var stride: Int
  /// The norm's factor per column.
  public var scale: UnsafePointer<Float>
  /// The norm's summand per column.
  public var shift: UnsafePointer<Float>
  /// Whether the norm's values are clipped at 0.
  public var normRelu: Bool
  /// Whether the products are clipped at 0.
  public var relu: Bool

  /// Every field in its order.
  public init(
    values: UnsafePointer<Float>, stride: Int, scale: UnsafePointer<Float>, shift: UnsafePointer<Float>,
    normRelu: Bool, relu: Bool
  ) {
    self.values = values
    self.stride = stride
    self.scale = scale
    self.shift = shift
    self.normRelu = normRelu
    self.relu = relu
  }
}

extension VectorLoops {
  /// Finishes a tile's sums and stores them; see ``TileFinish``.
  @inlinable @inline(__always)
  public static func storeTile(_ tile: borrowing TileFinish) {
    finishRows(tile) { value, _, _, _ in value }
  }

  /// Finishes a tile's sums, multiplies them by another map's values and stores them; see ``TileFactor``.
  @inlinable @inline(__always)
  public static func storeProduct(_ tile: borrowing TileFinish, _ factor: borrowing TileFactor) {
    let normFloor = V(repeating: factor.normRelu ? 0 : -.infinity)
    let floor = V(repeating: factor.relu ? 0 : -.infinity)
    let (values, stride, scales, shifts) = (factor.values, factor.stride, factor.scale, factor.shift)
    let clips = factor.relu
    finishRows(tile) { value, m, n, valid in
      let place = m &* stride &+ n
      let other = valid == lanes ? V.load(values, place) : V.load(values, place, count: valid, filler: 0)
      let normed = V.greater(V.load(shifts, n).adding(product: other, V.load(scales, n)), normFloor)
      let product = normed * value
      return clips ? V.greater(product, floor) : product
    }
  }

  /// Calls `last` with each finished vector, its row, its first column and how many of its lanes count, and stores
  /// what it returns.
  @inlinable @inline(__always)
  static func finishRows(
    _ tile: borrowing TileFinish, _ last: (_ value: V, _ m: Int, _ n: Int, _ valid: Int) -> V
  ) {
    let floor = V(repeating: tile.relu ? 0 : -.infinity)
    var n = 0
    while n < tile.columns {
      let (scale, shift) = (V.load(tile.scale, n), V.load(tile.shift, n))
      let valid = min(lanes, tile.columns &- n)
      for m in 0..<tile.rows {
        let sum = V.load(tile.sums, m &* tile.sumsStride &+ n)
        let value = last(V.greater(shift.adding(product: sum, scale), floor), m, n, valid)
        let place = m &* tile.targetStride &+ n
        if valid == lanes {
          value.store(tile.target, place)
        } else {
          value.store(tile.target, place, count: valid)
        }
      }
      n &+= lanes
    }
  }
}
