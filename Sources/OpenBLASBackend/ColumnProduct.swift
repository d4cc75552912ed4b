/// A convolution as matrix products: columns of the input, chunk by chunk, times the weights, without bias, norm or
/// ReLU. Owns the column buffer, so one call runs at a time.
final class ColumnProduct<Scalar: BLASScalar> {
  /// The column buffer takes at most this many bytes, unless 16 columns alone take more.
  static var mostBytes: Int { 64 << 20 }

  /// What one call multiplies.
  struct Operands {
    /// [N, C, H, W].
    let input: UnsafePointer<Float>
    /// [N, 2·taps, Ho, Wo]; nil unless deformable.
    let offset: UnsafePointer<Float>?
    /// [O, C/groups·kh·kw], row-major.
    let weight: UnsafePointer<Scalar>
    /// Whether the input's absolute values are multiplied. The weights are taken as they are.
    var absolute = false
  }

  private let geometry: LinearGeometry
  private let library: Library
  private let threads: Int
  private let chunk: Int
  private let matrix: Scratch<Scalar>
  private let deformable: DeformableColumns<Scalar>?

  init(_ geometry: LinearGeometry, library: Library, threads: Int) {
    self.geometry = geometry
    self.library = library
    self.threads = threads
    chunk = Self.chunk(geometry)
    matrix = Scratch(count: geometry.reduction * chunk)
    deformable = geometry.isDeformable ? .init(geometry: geometry, capacity: chunk, threads: threads) : nil
  }

  /// Pixels in one chunk, a multiple of 16 unless it is the whole plane: the plane in equal parts of about 1 MiB of
  /// columns, which are still in the cache when they are multiplied, but not below 1024 pixels, where sgemm
  /// would pack the weights anew too often. (Measured, in CPU time of one thread: conv1_2, K = 576, is a fifth
  /// slower with 16 MiB than with 1; conv4_2, K = 4608, a quarter slower with 200 pixels than with 800.)
  private static func chunk(_ geometry: LinearGeometry) -> Int {
    let column = geometry.reduction * MemoryLayout<Scalar>.stride
    let limit = max(16, min(max((1 << 20) / column, 1024), mostBytes / column) / 16 * 16)
    let parts = (geometry.pixels + limit - 1) / limit
    return min(geometry.pixels, ((geometry.pixels + parts - 1) / parts + 15) / 16 * 16)
  }

  /// Computes `output`, [N, O, Ho, Wo], and calls `finish` after each chunk with the picture and the pixels that are
  /// done in all its planes.
  func run(
    _ operands: Operands, into output: UnsafeMutablePointer<Scalar>, finish: (Int, Range<Int>) -> Void
  ) {
    let offsetSize = 2 * geometry.taps * geometry.pixels
    for picture in 0..<geometry.batch {
      let input = operands.input + picture * geometry.channels * geometry.inputPixels
      deformable?.load(input, absolute: operands.absolute)
      for start in stride(from: 0, to: geometry.pixels, by: chunk) {
        let pixels = start..<min(start + chunk, geometry.pixels)
        if let offset = operands.offset {
          deformable?.locate(offset: offset + picture * offsetSize, pixels: pixels)
        }
        for group in 0..<geometry.attributes.groups {
          fill(group: group, of: input, pixels: pixels, absolute: operands.absolute)
          multiply(
            group: group, weight: operands.weight, pixels: pixels,
            output + (picture * geometry.filters * geometry.pixels + start))
        }
        finish(picture, pixels)
      }
    }
  }

  private func fill(group: Int, of input: UnsafePointer<Float>, pixels: Range<Int>, absolute: Bool) {
    if let deformable {
      deformable.fill(matrix.base, count: pixels.count)
    } else {
      Columns<Scalar>(geometry: geometry, threads: threads, absolute: absolute).fill(
        matrix.base, input: input + group * geometry.channelsPerGroup * geometry.inputPixels, pixels: pixels)
    }
  }

  private func multiply(
    group: Int, weight: UnsafePointer<Scalar>, pixels: Range<Int>, _ output: UnsafeMutablePointer<Scalar>
  ) {
    let firstFilter = group * geometry.filtersPerGroup
    Scalar.multiply(
      MatrixProduct(
        rows: geometry.filtersPerGroup, columns: pixels.count, depth: geometry.reduction,
        a: weight + firstFilter * geometry.reduction, b: matrix.base, rowDistanceOfB: pixels.count,
        c: output + firstFilter * geometry.pixels, rowDistanceOfC: geometry.pixels, threads: threads),
      with: library)
  }
}
