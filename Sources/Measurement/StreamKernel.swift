import Dispatch

/// A bandwidth kernel: every thread copies its own buffer, or reads it through.
package struct StreamKernel: Sendable {
  /// Calls its argument once on every thread, with the thread's number, and waits for all.
  package typealias Crew = (_ body: @Sendable (Int) -> Void) -> Void

  /// How a buffer is gone through.
  package enum Way: CaseIterable, Sendable {
    case copy, copyPiecewise, read
  }

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

  /// How often a ``run(_:crew:)`` goes through the buffers: waking threads costs tens of microseconds, and a call is to take
  /// thousands.
  private var passes: Int { max(Int(Double(256 << 20) / bytesPerPass), 1) }
  /// Bytes read and written by a ``run(_:crew:)``.
  package var bytesPerRun: Double { bytesPerPass * Double(passes) }

  /// Goes through the buffers until it has taken long enough to be timed.
  ///
  /// - Parameter crew: the threads; by default those of the system's pool.
  package func run(_ way: Way, crew: Crew? = nil) {
    let passes = passes
    let body: @Sendable (Int) -> Void = { buffers[$0].run(way, times: passes) }
    if let crew { crew(body) } else { Self.dispatched(buffers.count, body) }
  }

  /// The best of copying, in large and in small pieces, and reading, in GB/s, all threads together.
  ///
  /// - Parameters:
  ///   - rounds: how many medians the best is taken of, each way.
  ///   - seconds: per round.
  ///   - crew: the threads; by default those of the system's pool.
  package func measureBandwidth(
    rounds: Int = 3, seconds: Double = 0.05, crew: Crew? = nil
  ) -> (gbps: Double, way: Way) {
    let rates = Way.allCases.map { way in
      let rate = measureRate(workPerCall: bytesPerRun, rounds: rounds, seconds: seconds) {
        run(way, crew: crew)
      }
      return (gbps: rate, way: way)
    }
    return rates.max { $0.gbps < $1.gbps } ?? (0, .copy)
  }

  private static func dispatched(_ count: Int, _ body: @Sendable (Int) -> Void) {
    guard count > 1 else { return body(0) }
    DispatchQueue.concurrentPerform(iterations: count) { body($0) }
  }
}
