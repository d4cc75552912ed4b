import Dispatch

/// Cuts `0..<count` into at most `threads` slices of nearly the same length and calls `body` once with each, at the
/// same time. `body` must write to disjoint places for disjoint slices.
func forEachSlice(of count: Int, threads: Int, _ body: (Range<Int>) -> Void) {
  let slices = min(threads, count)
  guard slices > 1 else { return body(0..<count) }
  withoutActuallyEscaping(body) { body in
    let work = SliceWork(body: body)
    DispatchQueue.concurrentPerform(iterations: slices) { slice in
      work.body(count * slice / slices..<count * (slice + 1) / slices)
    }
  }
}

/// Carries a closure over raw memory to other threads. Unchecked because pointers are not Sendable; sound because
/// the slices write to disjoint places and `concurrentPerform` returns only when all of them are done.
private struct SliceWork: @unchecked Sendable {
  let body: (Range<Int>) -> Void
}

/// Memory that lives as long as its owner: 64-byte aligned, zero at first.
final class Scratch<Scalar: BitwiseCopyable> {
  let base: UnsafeMutablePointer<Scalar>
  private let memory: UnsafeMutableRawPointer

  init(count: Int) {
    let bytes = max(count, 1) * MemoryLayout<Scalar>.stride
    memory = .allocate(byteCount: bytes, alignment: 64)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    base = memory.assumingMemoryBound(to: Scalar.self)
  }

  deinit { memory.deallocate() }
}
