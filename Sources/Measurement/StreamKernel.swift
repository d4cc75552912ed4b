import Dispatch

/// A bandwidth kernel: every thread copies its own buffer, or reads it through.
package struct StreamKernel: Sendable {
  /// Calls its argument once on every thread, with the thread's number, and waits for all.
  package typealias Crew = (_ body: @Sendable (Int) -> Void) -> Void

  private let buffers: [StreamBuffer]

  /// - Parameter workingSet: bytes of all buffers together; for the memory's bandwidth take at least four times the
  ///   last cache.
  package init(workingSet: Int, threads: Int) {
    let threads = max(threads, 1)
    let bytes = max(workingSet / (2 * threads) / StreamBuffer.unit, 1) * StreamBuffer.unit
    buffers = (0..<threads).map { _ in StreamBuffer(bytes: bytes) }
  }

  /// Bytes read and written when every thread goes through its buffers once.
  package var bytesPerPass: Double { buffers.reduce(0) { $0 + 2 * Double($1.bytes) } }

  /// Copies every buffer once, which drives all else out of caches that are smaller than the working set.
  package func pass() { Self.dispatched(buffers.count) { buffers[$0].copy(times: 1) } }

  /// The best of copying, in large and in small pieces, and reading, in GB/s, all threads together.
  ///
  /// - Parameters:
  ///   - rounds: how many medians the best is taken of, each way.
  ///   - seconds: per round.
  ///   - crew: the threads; by default those of the system's pool.
  package func measureBandwidth(rounds: Int = 3, seconds: Double = 0.05, crew: Crew? = nil) -> Double {
    // Waking threads costs tens of microseconds: buffers are gone through until a call takes thousands.
    let passes = max(Int(Double(256 << 20) / bytesPerPass), 1)
    let work = bytesPerPass * Double(passes)
    let ways: [@Sendable (StreamBuffer) -> Void] = [
      { $0.copy(times: passes) }, { $0.copyPiecewise(times: passes) }, { $0.read(times: passes) },
    ]
    let rates = ways.map { way in
      measureRate(workPerCall: work, rounds: rounds, seconds: seconds) {
        let body: @Sendable (Int) -> Void = { way(buffers[$0]) }
        if let crew { crew(body) } else { Self.dispatched(buffers.count, body) }
      }
    }
    return rates.max() ?? 0
  }

  private static func dispatched(_ count: Int, _ body: @Sendable (Int) -> Void) {
    guard count > 1 else { return body(0) }
    DispatchQueue.concurrentPerform(iterations: count) { body($0) }
  }
}
