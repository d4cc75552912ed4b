import Foundation
import Gate
import Measurement

/// Two builds that are compared in interleaved processes, or one shard of such a comparison: what is known when it
/// begins.
package struct ExperimentHeader: Sendable, Hashable {
  /// One shard of a suite, numbered from 1.
  package struct Shard: Sendable, Hashable {
    package var number: Int
    package var of: Int

    package init(number: Int = 1, of: Int = 1) {
      self.number = number
      self.of = of
    }
  }

  package var uuid: String
  /// Shared by the shards of one comparison.
  package var suite: String
  package var shard: Shard
  package var label: String
  package var network: String
  package var machine: MachineInfo
  package var base: EnvironmentRecord
  package var head: EnvironmentRecord
  package var baseHotCode: String
  package var headHotCode: String
  package var started: Date
  /// Every setting that the measuring follows, as JSON.
  package var plan: String

  package init(
    uuid: String = UUID().uuidString.lowercased(), suite: String, shard: Shard = Shard(), label: String = "",
    network: String, machine: MachineInfo, base: EnvironmentRecord, head: EnvironmentRecord,
    baseHotCode: String, headHotCode: String, started: Date = Date(), plan: String = "{}"
  ) {
    self.uuid = uuid
    self.suite = suite
    self.shard = shard
    self.label = label
    self.network = network
    self.machine = machine
    self.base = base
    self.head = head
    self.baseHotCode = baseHotCode
    self.headHotCode = headHotCode
    self.started = started
    self.plan = plan
  }
}

/// A layer on a backend that an experiment times.
package struct ExperimentSubject: Sendable, Hashable {
  package var layer: String
  package var kind: String
  package var backend: String
  package var repetitions: Int
  package var baseAlgorithm: String
  package var headAlgorithm: String
  package var baseStatus: String
  package var headStatus: String
  package var baseMaxRatio: Double?
  package var headMaxRatio: Double?

  package init(
    layer: String, kind: String, backend: String, repetitions: Int = 1, baseAlgorithm: String,
    headAlgorithm: String, baseStatus: String, headStatus: String, baseMaxRatio: Double? = nil,
    headMaxRatio: Double? = nil
  ) {
    self.layer = layer
    self.kind = kind
    self.backend = backend
    self.repetitions = repetitions
    self.baseAlgorithm = baseAlgorithm
    self.headAlgorithm = headAlgorithm
    self.baseStatus = baseStatus
    self.headStatus = headStatus
    self.baseMaxRatio = baseMaxRatio
    self.headMaxRatio = headMaxRatio
  }

  /// Whether both sides may be timed.
  package var isGood: Bool {
    [baseStatus, headStatus].allSatisfy { ResultStatus(rawValue: $0)?.isGood == true }
  }
}

/// One process of a block, with its samples.
package struct VisitRecord: Sendable, Hashable {
  package var arm: BlockArm
  package var conditions: VisitConditions
  /// Nanoseconds per call, by the index of the subject; absent for a subject that was not timed in this block.
  package var samples: [Int: [Double]]

  package init(arm: BlockArm, conditions: VisitConditions, samples: [Int: [Double]]) {
    self.arm = arm
    self.conditions = conditions
    self.samples = samples
  }
}

/// A block of an experiment.
package struct BlockRecord: Sendable, Hashable {
  /// From 1, over both stages.
  package var number: Int
  package var stage: Int
  /// The rule that it broke; nil if it is kept.
  package var discarded: String?
  package var visits: [VisitRecord]

  package init(number: Int, stage: Int, discarded: String? = nil, visits: [VisitRecord]) {
    self.number = number
    self.stage = stage
    self.discarded = discarded
    self.visits = visits
  }

  /// A subject's times in this block, see ``BlockTimes/init(arms:samples:)``. Nil where it was not timed.
  package func times(of subject: Int) -> BlockTimes? {
    BlockTimes(arms: visits.map(\.arm), samples: visits.map { $0.samples[subject] ?? [] })
  }

  /// The sums over several subjects' times. Nil where one was not timed.
  package func times(ofSum subjects: [Int]) -> BlockTimes? {
    let times = subjects.compactMap(times)
    guard !times.isEmpty, times.count == subjects.count else { return nil }
    let sums = [\BlockTimes.base, \.control, \.heads[0], \.heads[1]].map { part in
      times.reduce(0) { $0 + $1[keyPath: part] }
    }
    return BlockTimes(arms: [.base, .control, .head, .head], values: sums)
  }
}

/// Everything that is recorded of an experiment.
package struct ExperimentRecord: Sendable {
  package var header: ExperimentHeader
  package var status: RunStatus
  package var subjects: [ExperimentSubject]
  package var blocks: [BlockRecord]
  /// The verdict, where the gate got so far.
  package var verdict: GateVerdict?

  package init(
    header: ExperimentHeader, status: RunStatus, subjects: [ExperimentSubject], blocks: [BlockRecord],
    verdict: GateVerdict?
  ) {
    self.header = header
    self.status = status
    self.subjects = subjects
    self.blocks = blocks
    self.verdict = verdict
  }
}
