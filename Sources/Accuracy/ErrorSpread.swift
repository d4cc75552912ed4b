import Tensors

/// How the errors of a comparison are spread: over sizes, and over the places of the output.
package struct ErrorSpread: Sendable, Hashable {
  /// How many elements have an |error| / guaranteed bound of 0; below 2⁻¹⁴; in [2⁻¹⁴, 2⁻¹³), and so on by octaves;
  /// in [½, 1]; above 1, NaN included: 17 numbers.
  package private(set) var ratios = [Int](repeating: 0, count: 17)
  /// How many elements are 0 ULP away from the truth; 1; 2 or 3; 4 to 7, and so on by octaves; 65536 or more: 18
  /// numbers.
  package private(set) var ulps = [Int](repeating: 0, count: 18)
  /// Where they are; nil where the output is no stack of maps.
  package private(set) var map: ErrorMap?

  package init(shape: Shape) { map = ErrorMap(shape: shape) }

  /// Counts one element. O(1).
  ///
  /// - Parameter flat: its place in the flat output.
  mutating func add(flat: Int, ratio: Double, ulp: Int) {
    ratios[Self.bin(ratio: ratio)] += 1
    ulps[Self.bin(ulp: ulp)] += 1
    map?.add(flat: flat, ratio: ratio)
  }

  static func bin(ratio: Double) -> Int {
    if ratio == 0 { return 0 }
    guard ratio <= 1 else { return 16 }
    return min(max(Int(ratio.exponent) + 16, 1), 15)
  }

  static func bin(ulp: Int) -> Int {
    min(Int.bitWidth - max(ulp, 0).leadingZeroBitCount, 17)
  }
}

/// The largest |error| / guaranteed bound in each cell of a coarse grid over height and width, batch and channels
/// taken together.
package struct ErrorMap: Sendable, Hashable {
  /// At most so many cells each way: the maps of 320, 160, 80 and 40 elements, and those of 20, 10 and 5, all come to
  /// whole cells.
  package static let limit = 20

  package let rows: Int
  package let columns: Int
  /// Row-major; nil where no element of the cell was compared, infinity for NaN.
  package private(set) var cells: [Double?]
  private let height: Int
  private let width: Int
  private let cellHeight: Int
  private let cellWidth: Int

  /// - Returns: nil for anything but [N, C, H, W] with more than one element per map.
  init?(shape: Shape) {
    guard shape.rank == 4, shape[2] * shape[3] > 1 else { return nil }
    height = shape[2]
    width = shape[3]
    cellHeight = (height + Self.limit - 1) / Self.limit
    cellWidth = (width + Self.limit - 1) / Self.limit
    rows = (height + cellHeight - 1) / cellHeight
    columns = (width + cellWidth - 1) / cellWidth
    cells = Array(repeating: nil, count: rows * columns)
  }

  mutating func add(flat: Int, ratio: Double) {
    let (line, column) = flat.quotientAndRemainder(dividingBy: width)
    let cell = line % height / cellHeight * columns + column / cellWidth
    let size = ratio.isNaN ? .infinity : ratio
    if !((cells[cell] ?? -1) >= size) { cells[cell] = size }
  }
}
