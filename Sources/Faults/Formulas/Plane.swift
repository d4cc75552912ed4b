/// One channel of one image.
struct Plane {
  let values: [Float]
  /// The flat index of its first element.
  let start: Int
  let height: Int
  let width: Int

  func contains(_ y: Int, _ x: Int) -> Bool { y >= 0 && y < height && x >= 0 && x < width }

  /// The element at a position on the map.
  subscript(y: Int, x: Int) -> Float { values[start + y * width + x] }

  /// Outside there are zeros: the right rule.
  func zeroPadded(_ y: Int, _ x: Int) -> Float { contains(y, x) ? self[y, x] : 0 }

  /// Outside there is the nearest element of the edge.
  func clamped(_ y: Int, _ x: Int) -> Float { self[min(max(y, 0), height - 1), min(max(x, 0), width - 1)] }

  /// Outside the map begins again.
  func wrapped(_ y: Int, _ x: Int) -> Float {
    self[(y % height + height) % height, (x % width + width) % width]
  }

  /// Outside there is the map's mirror image.
  func mirrored(_ y: Int, _ x: Int) -> Float {
    func mirror(_ place: Int, _ size: Int) -> Int {
      guard size > 1 else { return 0 }
      let period = 2 * (size - 1)
      let folded = (place % period + period) % period
      return folded < size ? folded : period - folded
    }
    return self[mirror(y, height), mirror(x, width)]
  }

  /// What memory holds there: columns outside are those of the neighbouring row.
  func unchecked(_ y: Int, _ x: Int) -> Float {
    values[min(max(start + y * width + x, 0), values.count - 1)]
  }
}
