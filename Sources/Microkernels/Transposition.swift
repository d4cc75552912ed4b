extension VectorLoops {
  /// target[c·targetStride + r] = source[r·sourceStride + c] for all r below `rows` and c below `columns`, in blocks of
  /// lanes × lanes held in registers; strides are in elements.
  ///
  /// - Parameter streams: whether whole lines are written past the caches, where a vector can be one.
  ///
  /// The last block of a line ends where the line ends, so it may write again what the block before it wrote.
  @inlinable @inline(__always)
  public static func transpose(
    _ source: In, _ sourceStride: Int, _ target: Out, _ targetStride: Int, rows: Int, columns: Int,
    streams: Bool = false
  ) {
    guard rows >= lanes, columns >= lanes else {
      return transposeNarrow(source, sourceStride, target, targetStride, rows: rows, columns: columns)
    }
    if streams, V.scalarCount == 16, targetStride.isMultiple(of: lanes), lead(target) &+ lanes <= rows {
      return transposeStreaming(source, sourceStride, target, targetStride, rows: rows, columns: columns)
    }
    // Planes of a map are often whole pages apart, so that their elements compete for one set of a cache: go along the
    // few planes of a block before those of the next.
    let goesAlongTarget = targetStride > sourceStride
    let (lastRow, lastColumn) = (rows &- lanes, columns &- lanes)
    let (lastOuter, lastInner) = goesAlongTarget ? (lastColumn, lastRow) : (lastRow, lastColumn)
    var outer = 0
    while true {
      var inner = 0
      while true {
        let (row, column) = goesAlongTarget ? (inner, outer) : (outer, inner)
        transposeBlock(
          source + (row &* sourceStride &+ column), sourceStride, target + (column &* targetStride &+ row),
          targetStride, streams: false)
        if inner == lastInner { break }
        inner = min(inner &+ lanes, lastInner)
      }
      if outer == lastOuter { break }
      outer = min(outer &+ lanes, lastOuter)
    }
  }

  /// The same, whole lines of the target past the caches: what lies before its first and behind its last is stored. An array's
  /// elements seldom begin with a line, but the planes of a map all have their lines' ends at the same places. A first
  /// convolution, most of whose time is that of its 26 MB of output, took 0.75 of it so on Emerald Rapids; 0.91 where whole lines
  /// were stored into the caches.
  @inlinable @inline(__always)
  static func transposeStreaming(
    _ source: In, _ sourceStride: Int, _ target: Out, _ targetStride: Int, rows: Int, columns: Int
  ) {
    let first = lead(target)
    let rest = (rows &- first) % lanes
    var column = 0
    while true {
      let (source, target) = (source + column, target + column &* targetStride)
      if first > 0 {
        transposePart(source, sourceStride, target, targetStride, rows: first, columns: lanes)
      }
      var row = first
      while row < rows &- rest {
        transposeBlock(
          source + row &* sourceStride, sourceStride, target + row, targetStride, streams: true)
        row &+= lanes
      }
      if rest > 0 {
        transposePart(
          source + row &* sourceStride, sourceStride, target + row, targetStride, rows: rest, columns: lanes)
      }
      if column == columns &- lanes { break }
      column = min(column &+ lanes, columns &- lanes)
    }
  }

  /// The same where a side is shorter than a vector.
  @inlinable @inline(__always)
  static func transposeNarrow(
    _ source: In, _ sourceStride: Int, _ target: Out, _ targetStride: Int, rows: Int, columns: Int
  ) {
    guard V.masksParts else {
      for c in 0..<columns {
        for r in 0..<rows { target[c &* targetStride &+ r] = source[r &* sourceStride &+ c] }
      }
      return
    }
    var row = 0
    while row < rows {
      var column = 0
      while column < columns {
        transposePart(
          source + (row &* sourceStride &+ column), sourceStride, target + (column &* targetStride &+ row),
          targetStride, rows: min(lanes, rows &- row), columns: min(lanes, columns &- column))
        column &+= lanes
      }
      row &+= lanes
    }
  }

  /// One block of lanes × lanes; to be streamed, its vectors must be whole lines of the target.
  @inlinable @inline(__always)
  static func transposeBlock(
    _ source: In, _ sourceStride: Int, _ target: Out, _ targetStride: Int, streams: Bool
  ) {
    // Sixteen is the most lanes that any vector here has.
    var block = InlineArray<16, V>(repeating: V())
    for r in 0..<lanes { block[unchecked: r] = V.load(source, r &* sourceStride) }
    block = transposed(block)
    if streams {
      for r in 0..<lanes { block[unchecked: r].stream(target, r &* targetStride) }
      return
    }
    for r in 0..<lanes { block[unchecked: r].store(target, r &* targetStride) }
  }

  /// The upper left `rows` × `columns` of a block, at most lanes × lanes; nothing else is read or written.
  @inlinable @inline(__always)
  static func transposePart(
    _ source: In, _ sourceStride: Int, _ target: Out, _ targetStride: Int, rows: Int, columns: Int
  ) {
    var block = InlineArray<16, V>(repeating: V())
    // Rows that are not there are filled up with the last one.
    for r in 0..<lanes {
      block[unchecked: r] = V.load(source, min(r, rows &- 1) &* sourceStride, count: columns, filler: 0)
    }
    block = transposed(block)
    for r in 0..<lanes where r < columns { block[unchecked: r].store(target, r &* targetStride, count: rows) }
  }

  /// log₂(lanes) perfect shuffles of the rows transpose a block.
  @inlinable @inline(__always)
  static func transposed(_ rows: InlineArray<16, V>) -> InlineArray<16, V> {
    var block = rows
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
    return block
  }
}
