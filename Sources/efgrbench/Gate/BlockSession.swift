import Gate
import Measurement

/// The processes of one block. They are alive together and take turns layer by layer: each makes the layer ready, then
/// they take their samples one after the other, in an order that is balanced within every pass. What drifts more slowly
/// than a pass takes, milliseconds for most layers, is then the same for all of them.
final class BlockSession {
  private let children: [ChildProcess]
  private let controlKernel: () -> Double
  private let firstKernel: Double
  private let usage = ChildUsage.now()
  private let start = MonotonicClock.now()
  private var spending = Spending()

  /// Nanoseconds of the parts of a block, one after the other.
  struct Spending {
    var starting = 0.0
    var preparing = 0.0
    var turns = 0.0
    /// What the processes tell of themselves, together: a part of `preparing` and `turns`.
    var inside = ChildReply.Spending()

    static func += (sum: inout Spending, other: Spending) {
      sum.starting += other.starting
      sum.preparing += other.preparing
      sum.turns += other.turns
      sum.inside += other.inside
    }
  }

  /// Starts a process for each of `arms`.
  ///
  /// - Parameter controlKernel: nanoseconds of a call of the control kernel in this process.
  /// - Throws: ``ProgramError`` where a build can't be run or does not understand.
  init(
    _ arms: [BlockArm], of builds: Builds, controlKernel: @escaping () -> Double,
    request: (BlockArm) -> ChildRequest
  ) throws {
    self.controlKernel = controlKernel
    firstKernel = controlKernel()
    let begun = MonotonicClock.now()
    children = try arms.map { try ChildProcess($0, of: builds, request($0)) }
    for child in children { _ = try child.receive() }
    spending.starting = Double(MonotonicClock.now() - begun)
  }

  /// What the processes tell of themselves.
  func report() throws -> [ChildReply] {
    for child in children { child.send(.report) }
    return try children.map { try $0.receive() }
  }

  /// Takes samples of the request's subject number `subject`.
  ///
  /// - Returns: by process, the subject with all its samples; nil where the build does not offer it.
  func time(_ subject: Int, passes: Int) throws -> [ChildReply.Result?] {
    let begun = MonotonicClock.now()
    for child in children { child.send(.prepare(subject)) }
    var results = try children.map { try $0.receive().results.first }
    let ready = MonotonicClock.now()
    spending.preparing += Double(ready - begun)
    for pass in 0..<passes {
      for place in order(of: pass) where results[place] != nil {
        children[place].send(.sample)
        results[place]?.samples.append(try children[place].receiveSample())
      }
    }
    spending.turns += Double(MonotonicClock.now() - ready)
    return results
  }

  /// ABBA and BAAB by turns, and each back to front: every process has each place once in four passes.
  private func order(of pass: Int) -> [Int] {
    guard children.count == 4 else { return Array(children.indices) }
    return [[0, 1, 2, 3], [1, 0, 3, 2], [3, 2, 1, 0], [2, 3, 0, 1]][pass % 4]
  }

  /// Ends the processes.
  ///
  /// - Returns: what went on around each of them, where the time went, and why there are no counters, if so.
  func end() throws -> (conditions: [VisitConditions], spending: Spending, noCounts: String?) {
    let replies = try report()
    let lastKernel = controlKernel()
    let wall = Double(MonotonicClock.now() - start)
    let steal = ChildUsage.now().since(usage).steal
    var before = usage
    let conditions = children.enumerated().map { place, child in
      child.end()
      let now = ChildUsage.now()
      let own = now.since(before)
      before = now
      return VisitConditions(
        wall: wall, steal: steal, involuntarySwitches: own.involuntarySwitches, minorFaults: own.minorFaults,
        majorFaults: own.majorFaults, instructions: replies[place].counts?.instructions,
        cycles: replies[place].counts?.cycles,
        controlKernel: place < children.count / 2 ? firstKernel : lastKernel)
    }
    for reply in replies { spending.inside += reply.spent }
    return (conditions, spending, replies.first?.noCounts)
  }
}
