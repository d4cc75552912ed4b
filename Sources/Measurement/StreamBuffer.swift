import Foundation

/// Two buffers of one thread, made to be streamed through. The loops are the C library's `memcpy` and `memchr` (for
/// a byte that is not there), which are at the machine's limit in debug builds as well.
///
/// Not safe to use from two threads at once; ``StreamKernel`` gives each thread its own.
final class StreamBuffer: @unchecked Sendable {
  /// Bytes in each of the two: a multiple of ``unit``.
  let bytes: Int
  static let unit = 1024
  private let source: UnsafeMutableRawPointer
  private let target: UnsafeMutableRawPointer

  init(bytes: Int) {
    self.bytes = bytes
    source = .allocate(byteCount: bytes, alignment: 4096)
    target = .allocate(byteCount: bytes, alignment: 4096)
    memset(source, 1, bytes)
    memset(target, 1, bytes)
  }

  deinit {
    source.deallocate()
    target.deallocate()
  }

  /// Copies one to the other.
  func copy(times: Int) {
    for _ in 0..<times { memcpy(target, source, bytes) }
  }

  /// The same in pieces that are too short for `rep movsb`, which C libraries take for longer ones and which some
  /// processors do more slowly than a loop of vectors.
  func copyPiecewise(times: Int) {
    for _ in 0..<times {
      for start in stride(from: 0, to: bytes, by: Self.unit) {
        memcpy(target + start, source + start, min(Self.unit, bytes - start))
      }
    }
  }

  /// Reads both from end to end.
  func read(times: Int) {
    for _ in 0..<times {
      precondition(memchr(source, 2, bytes) == nil && memchr(target, 2, bytes) == nil)
    }
  }
}
