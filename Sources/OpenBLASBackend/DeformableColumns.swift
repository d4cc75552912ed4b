/// The columns of a deformable convolution (Dai et al., ICCV 2017): each is gathered bilinearly from where the
/// offsets point.
///
/// A position is base + offset, base an integer. Neither it nor its fraction is ever rounded on its own: with
/// n = ⌊offset⌋ the cell is base + n, in integers, and the two weights of an axis are fl(offset − n) and
/// fl((n + 1) − offset), one correctly rounded subtraction of exact numbers each (|n| < 2²³, or the position lies
/// outside). So the weights carry a relative error of u each and the position none at all. Whether a position is
/// inside (−1, H)×(−1, W) is decided exactly too, by comparing the offset with the integers −1 − base and H − base.
///
/// Height of one sample, v = (w₀₀x₀₀ + w₀₁x₀₁) + (w₁₀x₁₀ + w₁₁x₁₁): two axis weights and their product, 3; times x,
/// 1; two levels of additions, 2. In all ``height`` = 6.
final class DeformableColumns<Scalar: BLASScalar> {
  /// The roundings that one input value passes on its way into a sample.
  static var height: Int { 6 }

  private let geometry: LinearGeometry
  private let threads: Int
  /// The input planes with a frame of zeros: one column left and right, one row above and two below. A corner
  /// outside the map reads the frame; a sample outside reads the last two rows, where all four corners are zero.
  private let planes: Scratch<Scalar>
  private let cell: Scratch<Int32>
  /// The four corners' weights, [4, taps, capacity].
  private let weights: Scratch<Scalar>
  private let capacity: Int

  /// - Parameter capacity: the greatest number of pixels that ``locate(offset:pixels:)`` will be asked for.
  init(geometry: LinearGeometry, capacity: Int, threads: Int) {
    self.geometry = geometry
    self.threads = threads
    self.capacity = capacity
    planes = Scratch(count: geometry.channels * Self.planeSize(geometry))
    cell = Scratch(count: geometry.taps * capacity)
    weights = Scratch(count: 4 * geometry.taps * capacity)
  }

  private static func rowSize(_ geometry: LinearGeometry) -> Int { geometry.map.horizontal + 2 }
  private static func planeSize(_ geometry: LinearGeometry) -> Int {
    (geometry.map.vertical + 3) * rowSize(geometry)
  }

  /// Takes over one picture, [C, H, W].
  func load(_ input: UnsafePointer<Float>, absolute: Bool) {
    forEachSlice(of: geometry.channels, threads: threads) { loadPlanes($0, input, absolute: absolute) }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private func loadPlanes(_ channels: Range<Int>, _ input: UnsafePointer<Float>, absolute: Bool) {
    let width = geometry.map.horizontal
    for channel in channels {
      for row in 0..<geometry.map.vertical {
        let source = input + (channel * geometry.inputPixels + row * width)
        let target =
          planes.base + (channel * Self.planeSize(geometry) + (row + 1) * Self.rowSize(geometry) + 1)
        if absolute {
          for x in 0..<width { target[x] = Scalar(source[x].magnitude) }
        } else {
          for x in 0..<width { target[x] = Scalar(source[x]) }
        }
      }
    }
  }

  /// Works out the cell and the weights of every sample of `pixels`.
  ///
  /// - Parameter offset: one picture's offsets, [2·taps, Ho, Wo]: (dy, dx) per tap.
  func locate(offset: UnsafePointer<Float>, pixels: Range<Int>) {
    forEachSlice(of: geometry.taps, threads: threads) { taps in
      for tap in taps { locate(tap: tap, offset: offset, pixels: pixels) }
    }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private func locate(tap: Int, offset: UnsafePointer<Float>, pixels: Range<Int>) {
    let rowOffsets = offset + 2 * tap * geometry.pixels
    let columnOffsets = rowOffsets + geometry.pixels
    let top = geometry.originOfRow(tap: tap / geometry.kernel.horizontal)
    let left = geometry.originOfColumn(tap: tap % geometry.kernel.horizontal)
    let cells = cell.base + tap * capacity
    let plane = geometry.taps * capacity
    let corners = weights.base + tap * capacity
    for pixel in pixels {
      let (y, x) = pixel.quotientAndRemainder(dividingBy: geometry.outputMap.horizontal)
      let row = Self.axis(
        Scalar(rowOffsets[pixel]), base: top + y * geometry.attributes.stride.vertical,
        extent: geometry.map.vertical)
      let column = Self.axis(
        Scalar(columnOffsets[pixel]), base: left + x * geometry.attributes.stride.horizontal,
        extent: geometry.map.horizontal)
      let index = pixel - pixels.lowerBound
      let isInside = row.isInside && column.isInside
      cells[index] = Int32(
        truncatingIfNeeded: isInside
          ? (row.cell + 1) * Self.rowSize(geometry) + column.cell + 1
          : (geometry.map.vertical + 1) * Self.rowSize(geometry))
      corners[index] = row.before * column.before
      corners[plane + index] = row.before * column.after
      corners[2 * plane + index] = row.after * column.before
      corners[3 * plane + index] = row.after * column.after
    }
  }

  /// One axis of a position: the cell it falls into, −1 at the least, and the weights of the cell's two ends.
  @inline(__always)
  private static func axis(
    _ offset: Scalar, base: Int, extent: Int
  ) -> (isInside: Bool, cell: Int, before: Scalar, after: Scalar) {
    guard offset > Scalar(-1 - base), offset < Scalar(extent - base) else { return (false, 0, 0, 0) }
    let floor = offset.rounded(.down)
    return (true, base + Int(floor), (floor + 1) - offset, offset - floor)
  }

  /// Fills the matrix [K, count] for the `count` pixels that were located last, every channel.
  func fill(_ matrix: UnsafeMutablePointer<Scalar>, count: Int) {
    forEachSlice(of: geometry.channels, threads: threads) { gather(matrix, channels: $0, count: count) }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private func gather(_ matrix: UnsafeMutablePointer<Scalar>, channels: Range<Int>, count: Int) {
    let below = Self.rowSize(geometry)
    let size = geometry.taps * capacity
    for channel in channels {
      let plane = planes.base + channel * Self.planeSize(geometry)
      for tap in 0..<geometry.taps {
        let target = matrix + (channel * geometry.taps + tap) * count
        let cells = cell.base + tap * capacity
        let weight = weights.base + tap * capacity
        for index in 0..<count {
          let corner = plane + Int(cells[index])
          let upper = weight[index] * corner[0] + weight[size + index] * corner[1]
          let lower = weight[2 * size + index] * corner[below] + weight[3 * size + index] * corner[below + 1]
          target[index] = upper + lower
        }
      }
    }
  }
}
