import Backends
import Catalogue
import Microkernels
import Tensors

/// Filters transformed and packed: for each of their different values and each panel of NR output channels,
/// [channels filled up to whole blocks][NR], zero where channels run out.
final class WinogradWeights {
  let buffer: AlignedBuffer
  /// NR.
  let columns: Int
  let panels: Int
  /// Input channels, filled up.
  let depth: Int
  /// The matrices of transformed patches in an order that brings those together which meet the same filters, and the
  /// filters of each.
  let order: [(matrix: Int, filter: Int)]

  /// Transforms OIHW filters in float64 and rounds each value once. O(weights · values), on the pool.
  init(
    _ weight: Tensor<Float>, _ transform: WinogradTransform, columns: Int, pool: WorkerPool
  ) {
    let (outputs, channels) = (weight.shape[0], weight.shape[1])
    self.columns = columns
    panels = (outputs + columns - 1) / columns
    depth = (channels + PackedStrip.depth - 1) / PackedStrip.depth * PackedStrip.depth
    let (size, filters) = (transform.size, transform.filters)
    order = (0..<(size * size)).map { matrix in
      let (row, column) = (min(matrix / size, filters - 1), min(matrix % size, filters - 1))
      return (matrix, row * filters + column)
    }.sorted { ($0.filter, $0.matrix) < ($1.filter, $1.matrix) }
    buffer = AlignedBuffer(zeros: filters * filters * panels * depth * columns)
    let target = buffer.start
    let (panels, depth) = (panels, depth)
    let basis = WinogradFilterBasis(transform)
    weight.values.withUnsafeBufferPointer { values in
      guard let values = values.baseAddress else { return }
      // Channel by channel: the lines that a panel's filters of one channel fill stay in the first-level cache.
      pool.run(tasks: panels) { panel, _ in
        let first = panel * columns
        for channel in 0..<channels {
          let row = target + (panel * depth + channel) * columns
          for output in first..<min(first + columns, outputs) {
            basis.transform(values + (output * channels + channel) * 9) { filter, value in
              row[filter * panels * depth * columns + output - first] = value
            }
          }
        }
      }
    }
  }

  /// A panel of the filters of one place in the order, from a channel block on.
  func panel(_ panel: Int, at place: Int, fromBlock block: Int) -> UnsafePointer<Float> {
    UnsafePointer(
      buffer.start + ((order[place].filter * panels + panel) * depth + block * PackedStrip.depth) * columns)
  }
}

/// The different rows of G with their products by the filter's taps taken row by row, without an array per filter.
private struct WinogradFilterBasis: Sendable {
  private let size: Int
  private let rows: [SIMD4<Double>]

  init(_ transform: WinogradTransform) {
    size = transform.filters
    rows = transform.filterMatrix.prefix(size).map { SIMD4($0[0], $0[1], $0[2], 0) }
  }

  /// Calls `store` with every value of G·g·Gᵀ.
  func transform(_ taps: UnsafePointer<Float>, _ store: (_ filter: Int, _ value: Float) -> Void) {
    func tap(_ index: Int) -> Double { Double(taps[index]) }
    let lines = (
      SIMD4(tap(0), tap(1), tap(2), 0), SIMD4(tap(3), tap(4), tap(5), 0), SIMD4(tap(6), tap(7), tap(8), 0)
    )
    for row in 0..<size {
      let down = lines.0 * rows[row][0] + lines.1 * rows[row][1] + lines.2 * rows[row][2]
      for column in 0..<size {
        let products = down * rows[column]
        store(row * size + column, Float(products[0] + products[1] + products[2]))
      }
    }
  }
}
