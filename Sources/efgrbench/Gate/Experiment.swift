import Foundation
import Gate
import History
import Measurement

/// Two builds in interleaved processes, from the first check to the verdict.
final class Experiment {
  let settings: GateSettings
  private let builds: Builds
  private let machine: MachineInfo
  private let controlKernel: () -> Double
  /// Receives what is found while it goes on.
  private let log: (String) -> Void
  private let progress = Progress()

  private(set) var subjects: [ExperimentSubject] = []
  private(set) var blocks: [BlockRecord] = []
  private(set) var replies: (base: ChildReply, head: ChildReply)?
  private var verdict: GateVerdict
  private var recorder: ExperimentRecorder?
  private var generator: SeededGenerator
  private var addedRounds: [Int: Int] = [:]
  /// Nanoseconds of a call, as calibrated.
  private var durations: [Int: Double] = [:]
  private var controlKernels: [Double] = []
  private var start = MonotonicClock.now()
  private(set) var spending = ExperimentSpending()
  /// Seconds of each subject in each block so far, and of blocks as wholes.
  private var subjectSeconds: [Int: [Double]] = [:]
  private var blockSeconds: [Double] = []
  private var excess = 1.0
  /// Why the processes could not count instructions.
  private var noCounts: String?

  init(
    _ settings: GateSettings, builds: Builds, machine: MachineInfo, controlKernel: @escaping () -> Double,
    log: @escaping (String) -> Void
  ) {
    self.settings = settings
    self.machine = machine
    self.builds = builds
    self.controlKernel = controlKernel
    self.log = log
    generator = SeededGenerator(seed: settings.seed)
    verdict = GateVerdict(
      command: "ab", network: settings.network, machine: machine.identity,
      base: .init(name: builds.base.path, commit: builds.base.git.commit),
      head: .init(name: builds.head.path, commit: builds.head.git.commit))
    verdict.settings = .init(budget: settings.budget, detect: settings.detect)
  }

  private var judge: PairedJudge { PairedJudge(budget: settings.budget, detect: settings.detect) }

  /// Indices of the subjects that are right on both sides.
  private var timed: [Int] { subjects.indices.filter { subjects[$0].isGood } }

  private func kept(_ stage: BlockNeed.Stage) -> [BlockRecord] {
    blocks.filter { $0.stage == stage.rawValue && $0.discarded == nil }
  }

  private var secondsSpent: Double { Double(MonotonicClock.now() - start) / 1e9 }

  /// Judges every subject on both builds and finds how often each is to be called in a sample.
  ///
  /// - Parameter verified: what an earlier experiment of the same builds found, to be taken for granted.
  func prepare(verified: (base: ChildReply, head: ChildReply)? = nil) throws {
    progress.show("verifying both builds", done: 0, total: 0)
    let begun = MonotonicClock.now()
    let replies = try verified ?? verify()
    spending.verifying = Double(MonotonicClock.now() - begun)
    self.replies = replies
    subjects = matched(replies.base, replies.head)
    for line in Self.differences(replies.base.build, replies.head.build) { verdict.notes.append(line) }
    guard !timed.isEmpty else { return }
    progress.show("calibrating", done: 0, total: 0)
    spending.calibrating = Double(try MonotonicClock.time { try calibrate() }.nanoseconds)
    progress.clear()
  }

  private func verify() throws -> (base: ChildReply, head: ChildReply) {
    let children = try [BlockArm.base, .head].map {
      try ChildProcess($0, of: builds, request(.verify, all: true))
    }
    defer { children.forEach { $0.end() } }
    return (base: try children[0].receive(), head: try children[1].receive())
  }

  /// Finds how many calls make a sample, and how many rounds of the peak kernel a slow-down that is put in takes.
  private func calibrate() throws {
    let session = try BlockSession([.base], of: builds, controlKernel: controlKernel) { _ in request(.time) }
    for (place, index) in timed.enumerated() {
      let share = settings.injections.first { $0.layer == subjects[index].layer }?.share ?? 0
      // A slow-down is a share of the median, which needs more samples than the least.
      let passes = share > 0 ? GateSettings.passes : 3
      guard let samples = try session.time(place, passes: passes)[0]?.samples, let quickest = samples.min(),
        quickest > 0
      else { continue }
      durations[index] = quickest
      subjects[index].repetitions = max(1, Int((GateSettings.sampleDuration / quickest).rounded(.up)))
      let median = Statistics.median(samples) ?? quickest
      if share > 0, let round = try session.report()[0].peakRound, round > 0 {
        addedRounds[index] = max(1, Int((share * median / round).rounded()))
      }
    }
    _ = try session.end()
  }

  /// Enters the experiment in the record, where there is one.
  func record(in database: HistoryDatabase, _ header: ExperimentHeader) throws {
    recorder = try database.begin(header, subjects: subjects)
  }

  /// Measures, stage by stage, and judges.
  func run() throws -> GateVerdict {
    do {
      try measure()
    } catch is ChildProcess.Interrupted {
      verdict.missing.append(
        .init(layer: "*", backend: "*", message: "The user stopped it after \(blocks.count) blocks."))
    }
    progress.clear()
    let verdict = conclude()
    try recorder?.finish(Interruption.isRequested ? .interrupted : .complete, verdict: verdict)
    return verdict
  }

  private func measure() throws {
    guard !timed.isEmpty else { return }
    start = MonotonicClock.now()
    let limit = settings.seconds * GateSettings.screeningShare
    try take(.screening, of: groups, settings.pilot, seconds: limit)
    let plan = BlockPlan(
      settings: settings, blocks: kept(.screening), names: names, groups: groups, costs: costs,
      spent: secondsSpent)
    plan.words.forEach(log)
    excess = plan.excess
    try take(.screening, of: groups, plan.need, seconds: limit)
    try confirm(plan.need)
  }

  /// Stage 2: new blocks of what stage 1 flagged, and of nothing else.
  private func confirm(_ need: BlockNeed) throws {
    let flagged = groups.filter { judge.isFlagged(times(of: $0, .screening)) }
    guard !flagged.isEmpty else { return }
    log(
      "Stage 1 flags \(flagged.count) of \(groups.count) comparisons; \(Set(flagged.joined()).count) layers are "
        + "measured afresh.")
    try take(.confirming, of: flagged, need, seconds: settings.seconds)
  }

  /// What blocks cost, by what they have cost so far: in the order of all subjects.
  var costs: BlockCosts {
    let each = subjects.indices.map { Statistics.median(subjectSeconds[$0] ?? []) ?? 0 }
    let fixed = (Statistics.median(blockSeconds) ?? 0) - timed.reduce(0) { $0 + each[$1] }
    return BlockCosts(
      fixed: max(fixed, 0), subjects: each, limit: settings.seconds * GateSettings.screeningShare)
  }

  /// The subjects of each comparison: each alone, and each backend's all together where they are the whole network.
  private var groups: [[Int]] {
    let singles = timed.map { [$0] }
    guard settings.isWhole else { return singles }
    return singles
      + settings.backends.map { backend in timed.filter { subjects[$0].backend == backend } }
      .filter { group in
        guard let backend = group.first.map({ subjects[$0].backend }) else { return false }
        // A sum with a layer missing is no sum of the network.
        return group.count == subjects.filter { $0.backend == backend }.count
      }
  }

  private var names: [String] {
    groups.map { group in
      let subject = subjects[group[0]]
      return "\(group.count == 1 ? subject.layer : "whole network") on \(subject.backend)"
    }
  }

  private func times(of group: [Int], _ stage: BlockNeed.Stage) -> [BlockTimes] {
    kept(stage).compactMap { $0.times(ofSum: group) }
  }

  /// Takes blocks of those comparisons that need more, until none does or the time is over. Blocks that are thrown away
  /// are made up for, as long as no more than twice as many as may be needed are tried.
  private func take(
    _ stage: BlockNeed.Stage, of groups: [[Int]], _ need: BlockNeed, seconds: Double
  ) throws {
    let most = 2 * need.range(stage).upperBound
    while secondsSpent < seconds, blocks.filter({ $0.stage == stage.rawValue }).count < most {
      if Interruption.isRequested { throw ChildProcess.Interrupted() }
      let seen = groups.map { group in
        let times = times(of: group, stage)
        // Stage 1 has told of the noise too.
        let known = times + (stage == .confirming ? self.times(of: group, .screening) : [])
        return (blocks: times.count, known: known)
      }
      let open = groups.indices.filter {
        !need.isEnough(seen[$0].blocks, stage, noise: seen[$0].known.map(\.noise))
      }
      guard !open.isEmpty else { return }
      let expected = seen.map { need.count(stage, noise: Noise.whilePlanning($0.known) ?? 0) }.max() ?? 0
      progress.show(
        "stage \(stage.rawValue): blocks of \(open.count) comparisons", done: kept(stage).count,
        total: expected)
      let block = try block(stage, Set(open.flatMap { groups[$0] }).sorted())
      blocks.append(block)
      try recorder?.record(block)
    }
  }

  private func block(_ stage: BlockNeed.Stage, _ subjects: [Int]) throws -> BlockRecord {
    let begun = MonotonicClock.now()
    let arms = BlockOrder(using: &generator).arms
    let session = try BlockSession(arms, of: builds, controlKernel: controlKernel) { arm in
      request(.time, of: subjects, arm: arm)
    }
    var samples = [[Int: [Double]]](repeating: [:], count: arms.count)
    for (place, index) in subjects.enumerated() {
      let count = settings.samples(nanoseconds: durations[index, default: 0])
      let (time, results) = try MonotonicClock.time { try session.time(place, passes: count) }
      subjectSeconds[index, default: []].append(Double(time) / 1e9)
      for (visit, result) in results.enumerated() { samples[visit][index] = result?.samples }
    }
    let (conditions, spent, noCounts) = try session.end()
    self.noCounts = noCounts
    spending.blocks += spent
    let discarded = settings.rules.broken(
      by: conditions, usualControlKernel: Statistics.median(controlKernels), processors: machine.logicalCPUs)
    controlKernels += conditions.map(\.controlKernel)
    let visits = zip(arms, zip(conditions, samples)).map { arm, seen in
      VisitRecord(arm: arm, conditions: seen.0, samples: seen.1)
    }
    if subjects.count == timed.count { blockSeconds.append(Double(MonotonicClock.now() - begun) / 1e9) }
    return BlockRecord(
      number: blocks.count + 1, stage: stage.rawValue, discarded: discarded, visits: visits)
  }

  private func request(
    _ task: ChildRequest.Task, all: Bool = false, of chosen: [Int]? = nil, arm: BlockArm = .base
  ) -> ChildRequest {
    let subjects: [ChildRequest.Subject] =
      all
      ? settings.layers.flatMap { layer in settings.backends.map { .init(layer: layer, backend: $0) } }
      : (chosen ?? timed).map { index in
        .init(
          layer: self.subjects[index].layer, backend: self.subjects[index].backend,
          repetitions: self.subjects[index].repetitions,
          addedRounds: arm == .head ? addedRounds[index, default: 0] : 0)
      }
    return ChildRequest(
      task: task, network: settings.network, subjects: subjects, threads: settings.threads,
      instructionSet: settings.instructionSet, algorithm: settings.algorithm, golden: settings.golden,
      cache: settings.cache)
  }

  /// What both builds have, in the base's order; what only one has is noted or missing.
  private func matched(_ base: ChildReply, _ head: ChildReply) -> [ExperimentSubject] {
    func same(_ a: ChildReply.Result, _ b: ChildReply.Result) -> Bool {
      a.layer == b.layer && a.backend == b.backend
    }
    for result in head.results where !base.results.contains(where: { same($0, result) }) {
      verdict.notes.append("\(result.layer) on \(result.backend) is new: it has nothing to be compared with.")
    }
    return base.results.compactMap { old in
      guard let new = head.results.first(where: { same($0, old) }) else {
        verdict.missing.append(
          .init(layer: old.layer, backend: old.backend, message: "The head does not offer it."))
        return nil
      }
      return ExperimentSubject(
        layer: old.layer, kind: old.kind, backend: old.backend, baseAlgorithm: old.algorithm,
        headAlgorithm: new.algorithm, baseStatus: old.status ?? "", headStatus: new.status ?? "",
        baseMaxRatio: old.maxRatio, headMaxRatio: new.maxRatio)
    }
  }

  private static func differences(_ base: BuildInfo?, _ head: BuildInfo?) -> [String] {
    guard let base, let head else { return [] }
    var lines: [String] = []
    if base.toolchain != head.toolchain {
      lines.append("The toolchains differ (\(base.toolchain), \(head.toolchain)): a change may be theirs.")
    }
    if base.configuration != head.configuration || base.flags != head.flags {
      lines.append(
        "The builds differ in their flags (\(base.configuration), \(base.flags); \(head.configuration), "
          + "\(head.flags)): a change may be theirs.")
    }
    return lines
  }

  /// The verdict on everything that was measured.
  private func conclude() -> GateVerdict {
    var verdict = verdict
    verdict.keptBlocks = blocks.filter { $0.discarded == nil }.count
    verdict.discarded = blocks.compactMap { block in
      block.discarded.map { .init(block: block.number, rule: $0) }
    }
    if let words = spending.words(blocks: blocks.count) { verdict.notes.append(words) }
    if let words = kept(.screening).counterWords(whyNone: noCounts) { verdict.notes.append(words) }
    verdict.judge(subjects)
    for group in groups {
      let paired = judge.judge(
        screening: times(of: group, .screening), confirming: times(of: group, .confirming))
      let deciding: BlockNeed.Stage = paired.stage == 1 ? .screening : .confirming
      let row = LayerVerdict(
        paired, of: subjects[group[0]], isTotal: group.count > 1,
        blocks: times(of: group, deciding), budget: settings.budget, excess: excess)
      if group.count > 1 { verdict.totals.append(row) } else { verdict.layers.append(row) }
    }
    return verdict
  }
}
