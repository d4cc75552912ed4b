import Backends
import Catalogue
import Microkernels
import Tensors

/// max_pool2d: each output row from the input rows of its windows; the columns whose windows lie within the map at once,
/// the others one by one. Padding counts as −∞: windows are cut off at the map's edges.
final class PoolingPlan: TiledPlan {
  private let pooling: Pooling
  private let input: Pair
  private let output: Pair
  /// The output columns whose windows lie within the map.
  private let whole: Range<Int>

  init(_ context: PlanContext, _ pooling: Pooling) {
    self.pooling = pooling
    let (input, output) = (context.layer.inputShapes[0], context.layer.outputShape)
    self.input = Pair(input[2], input[3])
    self.output = Pair(output[2], output[3])
    let isWhole = { pooling.columns(of: $0, width: input[3]).count == pooling.kernel.horizontal }
    let first = (0..<output[3]).first(where: isWhole) ?? output[3]
    whole = first..<((first..<output[3]).first { !isWhole($0) } ?? output[3])
    super.init(context, .exact)
  }

  override func compute(_ pointers: SharedPointers) {
    let planes = layer.outputShape[0] * layer.outputShape[1]
    let (inputArea, area) = (input.vertical * input.horizontal, output.vertical * output.horizontal)
    context.forEachRange(of: planes, least: ElementwisePlan.leastPerTask / area) { range in
      for plane in range {
        pool(pointers.inputs[0] + plane * inputArea, pointers.output + plane * area)
      }
    }
  }

  private func pool(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>) {
    let start = whole.lowerBound * pooling.stride.horizontal - pooling.padding.horizontal
    for row in 0..<output.vertical {
      let rows = pooling.rows(of: row, height: input.vertical)
      let (lines, target) = (x + rows.lowerBound * input.horizontal, y + row * output.horizontal)
      if !whole.isEmpty {
        kernels.slidingMax(
          lines + start, input.horizontal, target + whole.lowerBound, whole.count, rows.count,
          pooling.kernel.horizontal, pooling.stride.horizontal)
      }
      for column in 0..<whole.lowerBound { poolEdge(column, lines, rows.count, target) }
      for column in whole.upperBound..<output.horizontal { poolEdge(column, lines, rows.count, target) }
    }
  }

  /// One output whose window the map's edge cuts off.
  private func poolEdge(
    _ column: Int, _ lines: UnsafePointer<Float>, _ rows: Int, _ target: UnsafeMutablePointer<Float>
  ) {
    let window = pooling.columns(of: column, width: input.horizontal)
    kernels.slidingMax(
      lines + window.lowerBound, input.horizontal, target + column, 1, rows, window.count, 1)
  }
}

extension Pooling {
  /// The input rows that output row `row` is the maximum of.
  func rows(of row: Int, height: Int) -> Range<Int> {
    Self.window(row * stride.vertical - padding.vertical, kernel.vertical, height)
  }

  /// The input columns that output column `column` is the maximum of.
  func columns(of column: Int, width: Int) -> Range<Int> {
    Self.window(column * stride.horizontal - padding.horizontal, kernel.horizontal, width)
  }

  /// The part of a window that lies in the map.
  private static func window(_ first: Int, _ extent: Int, _ size: Int) -> Range<Int> {
    max(first, 0)..<min(first + extent, size)
  }
}
