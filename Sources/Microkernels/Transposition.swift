extension VectorLoops {
  /// target[c·targetStride + r] = source[r·sourceStride + c] for all r below `rows` and c below `columns`, in blocks of
  /// lanes × lanes held in registers; strides are in elements.
  @inlinable @inline(__always)
  public static func transpose(
    _ source: In, _ sourceStride: Int, _ target: Out, _ targetStride: Int, rows: Int, columns: Int
  ) {
    var row = 0
    while row &+ lanes <= rows {
      var column = 0
      while column &+ lanes <= columns {
        transposeBlock(
          source + (row &* sourceStride &+ column), sourceStride, target + (column &* targetStride &+ row),
          targetStride)
        column &+= lanes
      }
      for c in column..<max(columns, column) {
        for r in row..<(row &+ lanes) { target[c &* targetStride &+ r] = source[r &* sourceStride &+ c] }
      }
      row &+= lanes
    }
    for c in 0..<columns {
      for r in row..<max(rows, row) { target[c &* targetStride &+ r] = source[r &* sourceStride &+ c] }
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
