import CLanes
import Foundation
import Synchronization

/// A fixed set of threads that share out the tasks of one job at a time. The calling thread works too, so a pool of
/// `size` n has n − 1 threads of its own; they live as long as the pool.
///
/// Between jobs a worker spins for a moment, because the next layer's job usually follows within microseconds, and
/// then sleeps on a condition, so that an idle pool costs nothing. Nobody waits for a worker that has not begun: one that
/// wakes late, which takes tens of microseconds, or whose core another program has, finds the job closed.
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
      efgr_finish_streams()
      return
    }
    // The closure outlives no call: every worker that began has reported before `run` returns.
    withoutActuallyEscaping(body) { body in
      shared.run(Job(tasks: tasks, body: body))
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

    /// Who works on which job, in one word: see ``Gate``.
    private let gate = Atomic<Int>(0)
    /// One per worker.
    private let shares: [Share]
    private let places: ProcessorPlaces
    private let sleepers = Atomic<Int>(0)
    private let state = Mutex(State())
    private let condition = NSCondition()

    /// Some fifty microseconds: longer than it takes to wake one that sleeps, so that waiting never costs twice what it
    /// could have.
    private static let spins = 125_000
    /// Rounds after which one that waits for others gives its core away: they may have lost theirs.
    private static let patience = 20_000

    init(workers: Int) {
      shares = (0..<workers).map { _ in Share() }
      places = ProcessorPlaces(threads: workers)
    }

    func run(_ job: Job) {
      state.withLock { $0.job = job }
      for (worker, share) in shares.enumerated() {
        share.next.store(job.tasks * worker / shares.count, ordering: .relaxed)
      }
      places.note(0)
      announce(isOpen: true)
      takeTasks(of: job, as: 0)
      // Every task has been taken; who has not begun by now has nothing to do.
      _ = gate.bitwiseAnd(~Gate.open, ordering: .acquiringAndReleasing)
      var spins = 0
      while Gate.workers(gate.load(ordering: .acquiring)) > 0 {
        spins += 1
        if spins > Self.patience { sched_yield() }
      }
      state.withLock { $0.job = nil }
    }

    func stop() {
      state.withLock { $0.isStopped = true }
      announce(isOpen: false)
    }

    /// Begins the next job. Nobody works on one, so nobody else writes the gate.
    private func announce(isOpen: Bool) {
      let next = Gate.next(gate.load(ordering: .relaxed), isOpen: isOpen)
      gate.store(next, ordering: .sequentiallyConsistent)
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
      efgr_finish_streams()
    }

    func work(as worker: Int) {
      var seen = 0
      while true {
        seen = waitForJob(after: seen)
        places.keepApart(worker)
        if state.withLock({ $0.isStopped }) { return }
        guard join(seen) else { continue }
        takePart(as: worker)
        gate.subtract(1, ordering: .releasing)
      }
    }

    /// Counts the worker in, unless the job is over: from then on the job waits for it.
    private func join(_ job: Int) -> Bool {
      var value = gate.load(ordering: .acquiring)
      while Gate.job(value) == job, value & Gate.open != 0 {
        let (exchanged, original) = gate.compareExchange(
          expected: value, desired: value + 1, ordering: .acquiringAndReleasing)
        if exchanged { return true }
        value = original
      }
      return false
    }

    /// Works on the current job; the reference to its closure is gone when this returns, before the worker reports.
    private func takePart(as worker: Int) {
      if let job = state.withLock({ $0.job }) { takeTasks(of: job, as: worker) }
    }

    /// - Returns: the number of a job later than `seen`.
    private func waitForJob(after seen: Int) -> Int {
      for _ in 0..<Self.spins {
        let job = Gate.job(gate.load(ordering: .acquiring))
        if job != seen { return job }
      }
      sleepers.add(1, ordering: .sequentiallyConsistent)
      condition.lock()
      while Gate.job(gate.load(ordering: .sequentiallyConsistent)) == seen { condition.wait() }
      condition.unlock()
      sleepers.subtract(1, ordering: .sequentiallyConsistent)
      return Gate.job(gate.load(ordering: .acquiring))
    }
  }

  /// A pool's gate: the number of the job, whether workers may still begin it, and how many have begun.
  private enum Gate {
    /// Below it the workers are counted.
    static let open = 1 << 16
    private static let unit = open << 1

    static func job(_ gate: Int) -> Int { gate / unit }
    static func workers(_ gate: Int) -> Int { gate & (open - 1) }
    static func next(_ gate: Int, isOpen: Bool) -> Int {
      (job(gate) &+ 1) &* unit | (isOpen ? open : 0)
    }
  }
}
