/// im2col (Chellapilla, Puri & Simard, IWFHR 2006): lays the input values that each output pixel meets into one
/// column of a matrix, so that a convolution becomes a matrix product.
struct Columns<Scalar: BLASScalar> {
  let geometry: LinearGeometry
  let threads: Int
  /// Whether absolute values are laid out instead of the values.
  let absolute: Bool

  /// Fills the matrix [K, pixels.count], row-major; row (c·kh + ky)·kw + kx, as OIHW weights count.
  ///
  /// - Parameters:
  ///   - input: the first plane of the group's channels.
  ///   - pixels: flat output pixels, row-major.
  func fill(_ matrix: UnsafeMutablePointer<Scalar>, input: UnsafePointer<Float>, pixels: Range<Int>) {
    forEachSlice(of: geometry.reduction, threads: threads) { rows in
      for row in rows {
        let (channel, tap) = row.quotientAndRemainder(dividingBy: geometry.taps)
        fillRow(
          matrix + row * pixels.count, plane: input + channel * geometry.inputPixels, tap: tap,
          pixels: pixels)
      }
    }
  }

  private func fillRow(
    _ target: UnsafeMutablePointer<Scalar>, plane: UnsafePointer<Float>, tap: Int, pixels: Range<Int>
  ) {
    let (map, width) = (geometry.map, geometry.outputMap.horizontal)
    let stride = geometry.attributes.stride
    let origin = geometry.originOfColumn(tap: tap % geometry.kernel.horizontal)
    let top = geometry.originOfRow(tap: tap / geometry.kernel.horizontal)
    // The output columns that meet the map: 0 ≤ origin + x·stride < map.horizontal.
    let first = origin < 0 ? (stride.horizontal - 1 - origin) / stride.horizontal : 0
    let room = map.horizontal - origin + stride.horizontal - 1
    let end = room > 0 ? room / stride.horizontal : 0
    var pixel = pixels.lowerBound
    while pixel < pixels.upperBound {
      let (y, x) = pixel.quotientAndRemainder(dividingBy: width)
      let run = min(width - x, pixels.upperBound - pixel)
      let row = top + y * stride.vertical
      let destination = target + (pixel - pixels.lowerBound)
      let from = row >= 0 && row < map.vertical ? min(max(first, x), x + run) : x + run
      let to = min(max(end, from), x + run)
      destination.update(repeating: 0, count: from - x)
      copy(
        destination + (from - x), plane + (row * map.horizontal + origin + from * stride.horizontal),
        count: to - from)
      (destination + (to - x)).update(repeating: 0, count: x + run - to)
      pixel += run
    }
  }

  /// Copies every `stride.horizontal`-th value.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private func copy(_ target: UnsafeMutablePointer<Scalar>, _ source: UnsafePointer<Float>, count: Int) {
    let stride = geometry.attributes.stride.horizontal
    switch (stride == 1, absolute) {
    case (true, false): for i in 0..<count { target[i] = Scalar(source[i]) }
    case (true, true): for i in 0..<count { target[i] = Scalar(source[i].magnitude) }
    case (false, false): for i in 0..<count { target[i] = Scalar(source[i * stride]) }
    case (false, true): for i in 0..<count { target[i] = Scalar(source[i * stride].magnitude) }
    }
  }
}
