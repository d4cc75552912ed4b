import Catalogue
import Microkernels

/// Max pooling between maps of equal depth. Padding counts as −∞: windows are cut off at the map's edges.
struct BlockedPooling: Sendable {
  let pooling: Pooling
  let source: MapLayout
  let target: MapLayout
  let kernels: KernelTable

  func run(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ pool: WorkerPool) {
    nonisolated(unsafe) let (x, y) = (x, y)
    let rows = target.size.vertical
    let lines = target.batch * target.blocks * rows
    let tasks = target.tasks(pool)
    pool.run(tasks: tasks) { task, _ in
      for line in (lines * task / tasks)..<(lines * (task + 1) / tasks) {
        let (plane, row) = line.quotientAndRemainder(dividingBy: rows)
        poolLine(row, x + plane * source.blockStride, y + plane * target.blockStride)
      }
    }
  }

  /// One row of one block: windows that the left or the right edge cuts off one by one, the others at once.
  private func poolLine(_ row: Int, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>) {
    let (stride, width) = (pooling.stride.horizontal, source.size.horizontal)
    let rows = pooling.rows(of: row, height: source.size.vertical)
    var column = 0
    while column < target.size.horizontal {
      let columns = pooling.columns(of: column, width: width)
      // Whole windows follow each other as long as they end within the map.
      let isWhole = columns.count == pooling.kernel.horizontal
      let count =
        isWhole ? min((width - columns.upperBound) / stride + 1, target.size.horizontal - column) : 1
      kernels.windowMax(
        x + source.offset(image: 0, row: rows.lowerBound, column: columns.lowerBound), source.rowStride,
        y + target.offset(image: 0, row: row, column: column), count, source.depth, rows.count, columns.count,
        stride)
      column += count
    }
  }
}

/// objectness_modulate between maps of equal depth: x·o + x, o of one channel and row-major.
struct BlockedModulation: Sendable {
  let source: MapLayout
  let target: MapLayout
  let kernels: KernelTable

  func run(
    _ x: UnsafePointer<Float>, _ o: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ pool: WorkerPool
  ) {
    nonisolated(unsafe) let (x, o, y) = (x, o, y)
    let rows = target.size.vertical
    let lines = target.batch * target.blocks * rows
    let tasks = target.tasks(pool)
    pool.run(tasks: tasks) { task, _ in
      for line in (lines * task / tasks)..<(lines * (task + 1) / tasks) {
        let (plane, row) = line.quotientAndRemainder(dividingBy: rows)
        let place = plane / target.blocks * target.area + row * target.size.horizontal
        kernels.modulatePixels(
          x + plane * source.blockStride + source.offset(image: 0, row: row, column: 0), o + place,
          y + plane * target.blockStride + target.offset(image: 0, row: row, column: 0),
          target.size.horizontal, target.depth)
      }
    }
  }
}

extension MapLayout {
  /// Tasks to cut an elementwise pass into: see ``PlanContext/tasks(for:least:)``.
  fileprivate func tasks(_ pool: WorkerPool) -> Int {
    max(1, min(count / ElementwisePlan.leastPerTask, pool.size * 4))
  }
}
