import Dispatch
import Synchronization

/// Work that is spread over the processors and whose results do not depend on how: every chunk is computed alone,
/// and results are handed back in the order of the chunks.
package enum Parallel {
  /// `transform` of every number below `count`, in order. The calls run concurrently.
  package static func map<Result: Sendable>(
    _ count: Int, _ transform: @Sendable (Int) -> Result
  ) -> [Result] {
    let slots = (0..<count).map { _ in Slot<Result>() }
    DispatchQueue.concurrentPerform(iterations: count) { slots[$0].put(transform($0)) }
    return slots.compactMap { $0.value }
  }

  /// The chunks of `size` that cover `0..<count`; the last may be shorter.
  package static func chunks(of count: Int, size: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
  }
}

/// A place for one result. Each call has its own, so that none waits for another, and ThreadSanitizer, which does not
/// know Swift's locks, sees no two threads in one place before all calls are over.
private final class Slot<Value: Sendable>: Sendable {
  private let storage = Mutex<Value?>(nil)

  func put(_ value: Value) { storage.withLock { $0 = value } }

  var value: Value? { storage.withLock { $0 } }
}

extension Array where Element: BitwiseCopyable & Sendable {
  /// An array of `count` elements whose chunks of `chunk` are written concurrently.
  ///
  /// - Parameter fill: receives a chunk's range and that range of the storage, and must initialise all of it.
  package init(
    count: Int, chunk: Int,
    fillingConcurrently fill: @Sendable (Range<Int>, UnsafeMutableBufferPointer<Element>) -> Void
  ) {
    let ranges = Parallel.chunks(of: count, size: chunk)
    self.init(unsafeUninitializedCapacity: count) { buffer, initialized in
      nonisolated(unsafe) let storage = buffer
      DispatchQueue.concurrentPerform(iterations: ranges.count) { index in
        fill(ranges[index], UnsafeMutableBufferPointer(rebasing: storage[ranges[index]]))
      }
      initialized = count
    }
  }
}
