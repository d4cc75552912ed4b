import Foundation

/// Two buffers of one thread, made to be streamed through. The loops are the C library's `memcpy` and `memchr` (for
/// a byte that is not there), which are at the machine's limit in debug builds as well.
///
/// Not safe to use from two threads at once; ``StreamKernel`` gives each thread its own.
final class StreamBuffer: @unchecked Sendable {
  /// Bytes in each of the two.
  let bytes: Int
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

  /// Reads both from end to end.
  func read(times: Int) {
    for _ in 0..<times {
      precondition(memchr(source, 2, bytes) == nil && memchr(target, 2, bytes) == nil)
    }
  }
}
