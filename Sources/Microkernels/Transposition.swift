extension VectorLoops {
  /// target[c·targetStride + r] = source[r·sourceStride + c] for all r below `rows` and c below `columns`, in blocks of
  /// lanes × lanes held in registers; strides are in elements.
  @inlinable @inline(__always)
  public static func transpose(
    _ source: In, _ sourceStride: Int, _ target: Out, _ targetStride: Int, rows: Int, columns: Int
  ) {
    let (wholeRows, wholeColumns) = (rows &- rows % lanes, columns &- columns % lanes)
    // Planes of a map are often whole pages apart, so that their elements compete for one set of a cache: go along the
    // few planes of a block before those of the next.
    let goesAlongTarget = targetStride > sourceStride
    let (outerEnd, innerEnd) = goesAlongTarget ? (wholeColumns, wholeRows) : (wholeRows, wholeColumns)
    var outer = 0
    while outer < outerEnd {
      var inner = 0
      while inner < innerEnd {
        let (row, column) = goesAlongTarget ? (inner, outer) : (outer, inner)
        transposeBlock(
          source + (row &* sourceStride &+ column), sourceStride, target + (column &* targetStride &+ row),
          targetStride)
        inner &+= lanes
      }
      outer &+= lanes
    }
    for c in wholeColumns..<max(columns, wholeColumns) {
      for r in 0..<wholeRows { target[c &* targetStride &+ r] = source[r &* sourceStride &+ c] }
    }
    for c in 0..<columns {
      for r in wholeRows..<max(rows, wholeRows) {
        target[c &* targetStride &+ r] = source[r &* sourceStride &+ c]
      }
    }
  }

  /// One block of lanes × lanes: log₂(lanes) perfect shuffles of the rows transpose it.
  @inlinable @inline(__always)
  static func transposeBlock(_ source: In, _ sourceStride: Int, _ target: Out, _ targetStride: Int) {
    // Sixteen is the most lanes that any vector here has.
    var block = InlineArray<16, V>(repeating: V())
    for r in 0..<lanes { block[unchecked: r] = V.load(source, r &* sourceStride) }
    var width = 1
    while width < lanes {
      var shuffled = InlineArray<16, V>(repeating: V())
      for r in 0..<(lanes / 2) {
        let (upper, lower) = (block[unchecked: r], block[unchecked: r &+ lanes / 2])
        shuffled[unchecked: 2 &* r] = V.zipLow(upper, lower)
        shuffled[unchecked: 2 &* r &+ 1] = V.zipHigh(upper, lower)
      }
      block = shuffled
      width &*= 2
    }
    for r in 0..<lanes { block[unchecked: r].store(target, r &* targetStride) }
  }
}
