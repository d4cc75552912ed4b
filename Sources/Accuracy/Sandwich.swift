/// X ↦ M·X·Mᵀ for one matrix M, both with at most eight rows and columns.
struct Sandwich: Sendable {
  /// Rows of eight numbers; what lies outside X is zero or undefined.
  typealias Grid = InlineArray<8, SIMD8<Double>>

  static var zeros: Grid { Grid(repeating: .zero) }

  private let matrix: [[Double]]
  /// M's columns, filled up with zeros.
  private let columns: [SIMD8<Double>]

  init(_ matrix: [[Double]]) {
    self.matrix = matrix
    columns = (matrix.first ?? []).indices.map { column in
      var vector = SIMD8<Double>.zero
      for (row, values) in matrix.enumerated() { vector[row] = values[column] }
      return vector
    }
  }

  /// The same with |M|.
  var absolute: Sandwich { Sandwich(matrix.map { $0.map { abs($0) } }) }

  func callAsFunction(_ grid: Grid) -> Grid {
    var product = Self.zeros
    for (row, factors) in matrix.enumerated() {
      var half = SIMD8<Double>.zero
      for (inner, factor) in factors.enumerated() { half += factor * grid[inner] }
      var whole = SIMD8<Double>.zero
      for (inner, column) in columns.enumerated() { whole += half[inner] * column }
      product[row] = whole
    }
    return product
  }
}
