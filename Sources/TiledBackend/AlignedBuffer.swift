/// Floats on a 64-byte boundary: a cache line, and the widest vector. Freed with the last reference.
final class AlignedBuffer {
  let count: Int
  let start: UnsafeMutablePointer<Float>

  /// Allocates `count` zeros.
  init(zeros count: Int) {
    self.count = count
    let raw = UnsafeMutableRawPointer.allocate(
      byteCount: max(count, 1) * MemoryLayout<Float>.stride, alignment: 64)
    start = raw.bindMemory(to: Float.self, capacity: max(count, 1))
    start.initialize(repeating: 0, count: max(count, 1))
  }

  deinit { start.deallocate() }
}
