import Foundation
import Synchronization
import Testing
import TiledBackend

@Suite("A backend's threads") struct WorkerPoolTests {
  private final class Count: Sendable {
    let value = Atomic<Int>(0)
  }

  /// More threads than cores, so that some come late to many jobs, and pauses after which they sleep.
  @Test("do every task of every job once, and return after the last", arguments: [1, 2, 3, 8])
  func once(threads: Int) {
    let backend = TiledBackend(threads: threads)
    for job in 0..<2000 {
      let counts = (0..<threads).map { _ in Count() }
      backend.onEveryThread { counts[$0].value.add(1, ordering: .relaxed) }
      #expect(counts.allSatisfy { $0.value.load(ordering: .relaxed) == 1 }, "job \(job)")
      if job % 500 == 0 { Thread.sleep(forTimeInterval: 0.01) }
    }
  }

  /// The pool is let go while its threads spin, sleep, or have never begun.
  @Test("leave with it", arguments: [0, 0.002])
  func leave(pause: TimeInterval) {
    for _ in 0..<50 {
      let done = Atomic<Int>(0)
      do {
        let backend = TiledBackend(threads: 3)
        Thread.sleep(forTimeInterval: pause)
        backend.onEveryThread { _ in done.add(1, ordering: .relaxed) }
      }
      #expect(done.load(ordering: .relaxed) == 3)
    }
  }
}
