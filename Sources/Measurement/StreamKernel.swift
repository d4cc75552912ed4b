import Dispatch

/// A bandwidth kernel: every thread copies its own buffer, or reads it through.
package struct StreamKernel: Sendable {
  private let buffers: [StreamBuffer]

  /// - Parameter workingSet: bytes of all buffers together; for the memory's bandwidth take at least four times the
  ///   last cache.
  package init(workingSet: Int, threads: Int) {
    let threads = max(threads, 1)
    let bytes = max(workingSet / (2 * threads) / 4096, 1) * 4096
    buffers = (0..<threads).map { _ in StreamBuffer(bytes: bytes) }
  }

  /// Bytes read and written when every thread goes through its buffers once.
  package var bytesPerPass: Double { buffers.reduce(0) { $0 + 2 * Double($1.bytes) } }

  /// Copies every buffer once, which drives all else out of caches that are smaller than the working set.
  package func pass() { onEveryThread { $0.copy(times: 1) } }

  /// The better of copying and reading, in GB/s, all threads together.
  ///
  /// - Parameters:
  ///   - rounds: how many medians the best is taken of, each way.
  ///   - seconds: per round.
  package func measureBandwidth(rounds: Int = 3, seconds: Double = 0.05) -> Double {
    // Starting threads costs microseconds: small buffers are gone through until a call takes hundreds of them.
    let passes = max(Int(Double(32 << 20) / bytesPerPass), 1)
    let work = bytesPerPass * Double(passes)
    let copied = measureRate(workPerCall: work, rounds: rounds, seconds: seconds) {
      onEveryThread { $0.copy(times: passes) }
    }
    let read = measureRate(workPerCall: work, rounds: rounds, seconds: seconds) {
      onEveryThread { $0.read(times: passes) }
    }
    return max(copied, read)
  }

  private func onEveryThread(_ body: @Sendable (StreamBuffer) -> Void) {
    guard buffers.count > 1 else { return buffers.forEach(body) }
    DispatchQueue.concurrentPerform(iterations: buffers.count) { body(buffers[$0]) }
  }
}
