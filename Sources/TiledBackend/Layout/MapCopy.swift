import Catalogue
import Microkernels

/// Copies maps between NCHW and another layout, in parallel over bands of rows and blocks. The border and the channels
/// that fill up the last block are left as they are.
struct MapCopy {
  let layout: MapLayout

  /// Copies an NCHW map into the layout.
  func run(
    from source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, _ kernels: KernelTable,
    _ pool: WorkerPool
  ) {
    forEachLine(pool) { planar, line, channels in
      kernels.transpose(
        source + planar, layout.area, target + line, layout.depth, channels, layout.size.horizontal,
        false)
    }
  }

  /// Copies a map of the layout into NCHW order, past the caches where asked.
  func extract(
    from source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, _ kernels: KernelTable,
    _ pool: WorkerPool, streams: Bool
  ) {
    forEachLine(pool) { planar, line, channels in
      kernels.transpose(
        source + line, layout.depth, target + planar, layout.area, layout.size.horizontal, channels,
        streams)
    }
  }

  /// Calls `body` with where a row of a block lies in NCHW order and in the layout, and the channels in it.
  private func forEachLine(_ pool: WorkerPool, _ body: (_ planar: Int, _ line: Int, _ channels: Int) -> Void)
  {
    let planes = layout.batch * layout.groups * layout.blocks
    pool.runBands(planes: planes, height: layout.size.vertical) { plane, rows in
      let (group, block) = plane.quotientAndRemainder(dividingBy: layout.blocks)
      let groupChannels = layout.channels / layout.groups
      // Groups are counted over the whole batch.
      let firstChannel = group * groupChannels + block * layout.depth
      for row in rows {
        body(
          firstChannel * layout.area + row * layout.size.horizontal,
          plane * layout.blockStride + layout.offset(image: 0, row: row, column: 0),
          min(layout.depth, groupChannels - block * layout.depth))
      }
    }
  }
}

extension WorkerPool {
  /// Calls `body` for every band of rows of every plane. Bands come first: a worker gets the rows whose windows it will
  /// most likely multiply, see ``run(tasks:_:)``.
  func runBands(planes: Int, height: Int, _ body: (_ plane: Int, _ rows: Range<Int>) -> Void) {
    let bands = max(1, min(height, max(size, (size * 4 + planes - 1) / planes)))
    run(tasks: planes * bands) { task, _ in
      let (band, plane) = task.quotientAndRemainder(dividingBy: planes)
      body(plane, (height * band / bands)..<(height * (band + 1) / bands))
    }
  }
}
