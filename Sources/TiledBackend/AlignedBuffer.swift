import Foundation

/// Floats on a 64-byte boundary: a cache line, and the widest vector. Freed with the last reference.
///
/// In debug builds a buffer stands between two guard zones of a NaN that no arithmetic makes: what a kernel reads there
/// spoils its result, and what it writes there ends the process when the buffer is freed. Release builds have none.
package final class AlignedBuffer {
  package let count: Int
  package let start: UnsafeMutablePointer<Float>

  #if DEBUG
    /// Elements of a guard zone: some vectors, and whole cache lines.
    private static let zone = 64
    private static let unwritten = Float.nan
  #else
    private static let zone = 0
    private static let unwritten = Float(0)
  #endif

  /// A signalling NaN with a payload of its own.
  private static let mark = Float(bitPattern: 0x7FA0_5EED)

  /// Allocates `count` zeros.
  package convenience init(zeros count: Int) { self.init(count: count, repeating: 0) }

  /// Allocates `count` elements that are to be written before they are read: NaN in debug builds.
  package convenience init(scratch count: Int) { self.init(count: count, repeating: Self.unwritten) }

  private init(count: Int, repeating value: Float) {
    self.count = count
    let capacity = max(count, 1) + 2 * Self.zone
    let raw = Self.allocate(bytes: capacity * MemoryLayout<Float>.stride)
    let first = raw.bindMemory(to: Float.self, capacity: capacity)
    start = first + Self.zone
    first.initialize(repeating: Self.mark, count: Self.zone)
    start.initialize(repeating: value, count: max(count, 1))
    (start + max(count, 1)).initialize(repeating: Self.mark, count: Self.zone)
  }

  /// A page of the kind that one entry of the address translation covers, where the system offers it.
  private static let hugePage = 2 << 20

  /// Weights and maps take hundreds of megabytes: in small pages, their addresses would be translated anew all the time.
  private static func allocate(bytes: Int) -> UnsafeMutableRawPointer {
    guard bytes >= hugePage else { return .allocate(byteCount: bytes, alignment: 64) }
    let whole = (bytes + hugePage - 1) / hugePage * hugePage
    let memory = UnsafeMutableRawPointer.allocate(byteCount: whole, alignment: hugePage)
    #if os(Linux)
      // Advice only: where it is not taken, small pages serve.
      _ = madvise(memory, whole, MADV_HUGEPAGE)
    #endif
    return memory
  }

  deinit {
    let first = start - Self.zone
    for place in 0..<Self.zone {
      let (before, after) = (first[place].bitPattern, start[max(count, 1) + place].bitPattern)
      guard before == Self.mark.bitPattern, after == Self.mark.bitPattern else {
        fatalError("A kernel wrote beside a buffer of \(count) elements.")
      }
    }
    first.deallocate()
  }
}
