import CLanes

/// A plane's windows, all within it, and where their maxima belong.
@frozen
public struct PlanePooling {
  /// The first element of the first window.
  public var source: UnsafePointer<Float>
  /// Elements from a row of the plane to the next.
  public var sourceStride: Int
  /// Where the first maximum belongs; must not overlap the plane.
  public var target: UnsafeMutablePointer<Float>
  /// Elements from a row of maxima to the next.
  public var targetStride: Int
  /// Rows of maxima.
  public var rows: Int
  /// Maxima of a row.
  public var columns: Int
  /// Rows of a window; at least 1.
  public var windowRows: Int
  /// Columns of a window; at least 1.
  public var windowColumns: Int
  /// Rows of the plane from a window to the one below it.
  public var rowStep: Int
  /// Columns of the plane from a window to the one right of it.
  public var columnStep: Int

  /// Every field in its order.
  @inlinable
  public init(
    source: UnsafePointer<Float>, sourceStride: Int, target: UnsafeMutablePointer<Float>, targetStride: Int,
    rows: Int, columns: Int, windowRows: Int, windowColumns: Int, rowStep: Int, columnStep: Int
  ) {
    self.source = source
    self.sourceStride = sourceStride
    self.target = target
    self.targetStride = targetStride
    self.rows = rows
    self.columns = columns
    self.windowRows = windowRows
    self.windowColumns = windowColumns
    self.rowStep = rowStep
    self.columnStep = columnStep
  }
}

extension VectorLoops {
  /// The maxima of a plane's windows.
  @inlinable @inline(__always)
  public static func poolPlane(_ pooling: borrowing PlanePooling) {
    let window = (pooling.windowRows, pooling.windowColumns, pooling.rowStep, pooling.columnStep)
    if window == (3, 3, 1, 1), pooling.columns >= lanes { return poolDense3x3(pooling) }
    for row in 0..<pooling.rows {
      slidingMax(
        pooling.source + row &* pooling.rowStep &* pooling.sourceStride, pooling.sourceStride,
        pooling.target + row &* pooling.targetStride, pooling.columns, rows: pooling.windowRows,
        window: pooling.windowColumns, step: pooling.columnStep)
    }
  }

  /// 3×3 windows at every element, a vector of columns from top to bottom: of each row the maxima of three neighbours are
  /// found once, and used in three rows of maxima.
  @inlinable @inline(__always)
  static func poolDense3x3(_ pooling: borrowing PlanePooling) {
    var column = 0
    while column < pooling.columns {
      column = min(column, pooling.columns &- lanes)
      var line = pooling.source + column
      var target = pooling.target + column
      var above = maximaOfThree(line)
      var middle = maximaOfThree(line + pooling.sourceStride)
      line += 2 &* pooling.sourceStride
      for _ in 0..<pooling.rows {
        let below = maximaOfThree(line)
        V.greater(V.greater(above, middle), below).store(target)
        (above, middle) = (middle, below)
        line += pooling.sourceStride
        target += pooling.targetStride
      }
      column &+= lanes
    }
  }

  /// The maxima over windows of two columns at every other one, from window `j` on.
  @inlinable @inline(__always)
  static func maximaOfPairs(_ x: In, _ rowStride: Int, _ rows: Int, _ j: Int) -> V {
    let last = x + (rows &- 1) &* rowStride
    // The last row is the second one, nearly always.
    var low = V.greater(V.load(x, 2 &* j), V.load(last, 2 &* j))
    var high = V.greater(V.load(x, 2 &* j &+ lanes), V.load(last, 2 &* j &+ lanes))
    for r in 1..<max(rows &- 1, 1) {
      let line = x + r &* rowStride
      (low, high) = (V.greater(V.load(line, 2 &* j), low), V.greater(V.load(line, 2 &* j &+ lanes), high))
    }
    return V.pairMax(low, high)
  }

  /// Asks for what two rows hold a page behind the pairs of a vector of maxima: a processor's own guesses end with every
  /// page. Maps of 26 MB take 0.9 of the time so.
  @inlinable @inline(__always)
  static func askAhead(_ x: In, _ rowStride: Int) {
    var place = 1024
    while place < 1024 &+ 2 &* lanes {
      efgr_prefetch(x + place)
      efgr_prefetch(x + (rowStride &+ place))
      place &+= 16
    }
  }

  /// max(x[j], x[j + 1], x[j + 2]).
  @inlinable @inline(__always)
  static func maximaOfThree(_ x: In) -> V {
    V.greater(V.greater(V.load(x), V.load(x, 1)), V.load(x, 2))
  }

  /// y[j] = max over r < rows, k < window of x[r·rowStride + j·step + k]. At least one row and one column; y must not
  /// overlap x: with the windows of networks the last vector takes in a part of the one before it, so that there is no
  /// rest.
  @inlinable @inline(__always)
  static func slidingMax(
    _ x: In, _ rowStride: Int, _ y: Out, _ count: Int, rows: Int, window: Int, step: Int
  ) {
    var j = 0
    if step == 1, count >= lanes {
      while j < count {
        j = min(j, count &- lanes)
        var best = V.load(x, j)
        for r in 0..<rows {
          for k in 0..<window { best = V.greater(V.load(x, r &* rowStride &+ j &+ k), best) }
        }
        best.store(y, j)
        j &+= lanes
      }
    } else if step == 2, window == 2, count >= lanes {
      while j < count {
        j = min(j, count &- lanes)
        askAhead(x + 2 &* j, rowStride)
        maximaOfPairs(x, rowStride, rows, j).store(y, j)
        j &+= lanes
      }
    }
    while j < count {
      var best = x[j &* step]
      for r in 0..<rows {
        for k in 0..<window { best = max(best, x[r &* rowStride &+ j &* step &+ k]) }
      }
      y[j] = best
      j &+= 1
    }
  }
}
