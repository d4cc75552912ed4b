import Dispatch
import Synchronization

/// Work that is spread over the processors and whose results do not depend on how: every chunk is computed alone,
/// and results are handed back in the order of the chunks.
package enum Parallel {
  /// `transform` of every number below `count`, in order. The calls run concurrently.
  package static func map<Result: Sendable>(
    _ count: Int, _ transform: @Sendable (Int) -> Result
  ) -> [Result] {
    let results = Mutex([Result?](repeating: nil, count: count))
    DispatchQueue.concurrentPerform(iterations: count) { index in
      let result = transform(index)
      results.withLock { $0[index] = result }
    }
    return results.withLock { $0 }.compactMap { $0 }
  }

  /// The chunks of `size` that cover `0..<count`; the last may be shorter.
  package static func chunks(of count: Int, size: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
  }
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
