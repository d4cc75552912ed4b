/// Loops over pixels whose channels stand side by side.
extension VectorLoops {
  /// y[j·depth + c] = max over r < rows, k < columns of x[r·rowStride + (j·step + k)·depth + c], for j < count and
  /// c < depth. At least one row and one column.
  @inlinable @inline(__always)
  public static func windowMax(
    _ x: In, _ rowStride: Int, _ y: Out, _ count: Int, depth: Int, rows: Int, columns: Int, step: Int
  ) {
    var c = 0
    while c < depth {
      let valid = min(lanes, depth &- c)
      for j in 0..<count {
        let first = x + (j &* step &* depth &+ c)
        if valid == lanes {
          var best = V.load(first)
          for r in 0..<rows {
            for k in 0..<columns { best = V.greater(V.load(first, r &* rowStride &+ k &* depth), best) }
          }
          best.store(y, j &* depth &+ c)
        } else {
          for lane in 0..<valid {
            var best = first[lane]
            for r in 0..<rows {
              for k in 0..<columns { best = max(best, first[r &* rowStride &+ k &* depth &+ lane]) }
            }
            y[j &* depth &+ c &+ lane] = best
          }
        }
      }
      c &+= lanes
    }
  }

  /// y[j·depth + c] = x[j·depth + c]·o[j] + x[j·depth + c], for j < count and c < depth.
  @inlinable @inline(__always)
  public static func modulatePixels(_ x: In, _ o: In, _ y: Out, _ count: Int, depth: Int) {
    for j in 0..<count {
      let factor = V(repeating: o[j])
      map(x + j &* depth, y + j &* depth, depth) { $0.adding(product: $0, factor) }
    }
  }
}
