import Catalogue

/// The zeros around a map. Memory that is used again and again must get them anew each time.
struct MapBorder {
  let layout: MapLayout

  /// Writes the zeros, in parallel over the blocks.
  func clear(_ map: UnsafeMutablePointer<Float>, _ pool: WorkerPool) {
    guard !layout.isDense else { return }
    nonisolated(unsafe) let map = map
    let planes = layout.batch * layout.groups * layout.blocks
    let tasks = min(planes, pool.size)
    pool.run(tasks: tasks) { task, _ in
      for plane in (planes * task / tasks)..<(planes * (task + 1) / tasks) {
        clear(plane: map + plane * layout.blockStride)
      }
    }
  }

  private func clear(plane: UnsafeMutablePointer<Float>) {
    let whole = layout.border.vertical * layout.rowStride
    let side = layout.border.horizontal * layout.depth
    plane.update(repeating: 0, count: whole)
    (plane + layout.blockStride - whole).update(repeating: 0, count: whole)
    guard side > 0 else { return }
    for row in 0..<layout.size.vertical {
      let line = plane + whole + row * layout.rowStride
      line.update(repeating: 0, count: side)
      (line + layout.rowStride - side).update(repeating: 0, count: side)
    }
  }
}
