import Foundation
import Synchronization

/// A fixed set of threads that share out the tasks of one job at a time. The calling thread works too, so a pool of
/// `size` n has n − 1 threads of its own; they live as long as the pool.
///
/// Between jobs a worker spins for a moment, because the next layer's job usually follows within microseconds, and
/// then sleeps on a condition, so that an idle pool costs nothing.
final class WorkerPool: Sendable {
  /// Workers, the calling thread included.
  let size: Int
  private let shared: Shared

  init(size: Int) {
    precondition(size >= 1)
    self.size = size
    shared = Shared(workers: size)
    for worker in 1..<max(size, 1) {
      let thread = Thread { [shared] in shared.work(as: worker) }
      thread.stackSize = 1 << 20
      thread.start()
    }
  }

  deinit { shared.stop() }

  /// Calls `body(task, worker)` once for every task below `tasks`, on any worker in any order, and returns when all
  /// are done. One job at a time: `body` must not run another job on the same pool.
  ///
  /// Each worker begins with a share of neighbouring tasks, the same in every job, and helps the others when it is done:
  /// what one layer's tasks leave in a core's cache is there for the next layer's, as far as both go through a map in the
  /// same order.
  ///
  /// - Parameter body: `worker` is below ``size`` and never in use twice at once: it can name scratch memory.
  func run(tasks: Int, _ body: (_ task: Int, _ worker: Int) -> Void) {
    guard size > 1, tasks > 1 else {
      for task in 0..<tasks { body(task, 0) }
      return
    }
    // The closure outlives no call: every worker has reported before `run` returns.
    withoutActuallyEscaping(body) { body in
      shared.run(Job(tasks: tasks, body: body), helpers: size - 1)
    }
  }

  /// A job as the workers see it.
  struct Job: @unchecked Sendable {
    let tasks: Int
    // Called from several threads at once; what it touches is split by task and by worker.
    let body: (Int, Int) -> Void
  }

  /// A worker's tasks of a job: the next one, alone on its cache lines.
  private final class Share: Sendable {
    private let before = (0, 0, 0, 0, 0, 0, 0, 0)
    let next = Atomic<Int>(0)
    private let after = (0, 0, 0, 0, 0, 0, 0, 0)
  }

  /// What pool and threads share; outlives the pool until its threads have left.
  private final class Shared: Sendable {
    private struct State {
      var job: Job?
      var isStopped = false
    }

    /// Counts jobs; a worker that sees it change takes part in the new one.
    private let generation = Atomic<Int>(0)
    /// One per worker.
    private let shares: [Share]
    private let busyHelpers = Atomic<Int>(0)
    private let sleepers = Atomic<Int>(0)
    private let state = Mutex(State())
    private let condition = NSCondition()

    private static let spins = 20_000

    init(workers: Int) { shares = (0..<workers).map { _ in Share() } }

    func run(_ job: Job, helpers: Int) {
      state.withLock { $0.job = job }
      for (worker, share) in shares.enumerated() {
        share.next.store(job.tasks * worker / shares.count, ordering: .relaxed)
      }
      busyHelpers.store(helpers, ordering: .relaxed)
      announce()
      takeTasks(of: job, as: 0)
      var spins = 0
      while busyHelpers.load(ordering: .acquiring) > 0 {
        Self.pause(&spins)
      }
      state.withLock { $0.job = nil }
    }

    func stop() {
      state.withLock { $0.isStopped = true }
      announce()
    }

    private func announce() {
      generation.add(1, ordering: .sequentiallyConsistent)
      if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
        condition.lock()
        condition.broadcast()
        condition.unlock()
      }
    }

    private func takeTasks(of job: Job, as worker: Int) {
      for offset in 0..<shares.count {
        let owner = (worker + offset) % shares.count
        let end = job.tasks * (owner + 1) / shares.count
        while true {
          let task = shares[owner].next.add(1, ordering: .relaxed).oldValue
          guard task < end else { break }
          job.body(task, worker)
        }
      }
    }

    func work(as worker: Int) {
      var seen = 0
      while true {
        waitForChange(of: &seen)
        guard takePart(as: worker) else { return }
        busyHelpers.subtract(1, ordering: .releasing)
      }
    }

    /// Works on the current job; the reference to its closure is gone when this returns, before the worker reports.
    ///
    /// - Returns: false when the pool has stopped.
    private func takePart(as worker: Int) -> Bool {
      guard let job = state.withLock({ $0.isStopped ? nil : $0.job }) else { return false }
      takeTasks(of: job, as: worker)
      return true
    }

    private func waitForChange(of seen: inout Int) {
      for _ in 0..<Self.spins where generation.load(ordering: .acquiring) != seen {
        seen += 1
        return
      }
      sleepers.add(1, ordering: .sequentiallyConsistent)
      condition.lock()
      while generation.load(ordering: .sequentiallyConsistent) == seen { condition.wait() }
      condition.unlock()
      sleepers.subtract(1, ordering: .sequentiallyConsistent)
      seen += 1
    }

    /// Spins at first, then gives the core away: a helper may have lost its own to another process.
    private static func pause(_ spins: inout Int) {
      spins += 1
      if spins > Self.spins { sched_yield() }
    }
  }
}
