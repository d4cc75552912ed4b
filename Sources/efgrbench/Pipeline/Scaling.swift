import Backends
import Catalogue
import Foundation
import History
import Measurement
import TiledBackend
import Verification

/// What threads gain: the tiled backend with one and with all of them, each layer and the network, call by call in turns.
/// Both compute by the same algorithms, and what does not verify gets no time.
struct Scaling {
  private let session: Session
  /// With one thread, and with all.
  private let backends: [TiledBackend]
  private let plan: TimingPlan

  init(_ session: Session) {
    self.session = session
    let workbench = session.workbench
    backends = [workbench.tiled(threads: 1), workbench.tiled]
    plan = session.isQuick ? .quick : .full
  }

  /// Times the chosen layers until the end or until the user interrupts.
  ///
  /// - Parameter finished: called with each layer's record, a result for each number of threads.
  func layers(
    _ tally: inout SideBySide.Tally, _ progress: Progress, finished: (LayerRecord) -> Void
  ) throws {
    for (position, step) in session.network.steps.enumerated()
    where session.steps.contains(where: { $0.layer.name == step.layer.name }) && !Interruption.isRequested {
      progress.show(step.layer.name, done: tally.layers, total: session.steps.count)
      let record = try record(step.layer, position: position)
      tally.add(record)
      progress.clear()
      finished(record)
    }
    if tally.layers < session.steps.count { tally.notCovered += session.steps.count - tally.layers }
  }

  private func record(_ layer: Layer, position: Int) throws -> LayerRecord {
    var record = LayerRecord(layer, position: position)
    let (name, truths) = (session.network.name, session.workbench.truths)
    if let refusal = session.shelf.refusal(of: layer, in: name, on: backends) {
      record.results = refusal
      return record
    }
    let trial = try session.shelf.trial(of: layer, in: name, truths: truths)
    let outcomes = try Verifier(backends: backends, truths: truths, selection: .chosen).outcomes(of: trial)
    let probe = session.roofBench.probe(flops: 2 * Double(layer.macs), bytes: layer.bytesMoved)
    let timings = time(outcomes.map(\.outcome), trial, beside: probe)
    record.results = zip(backends, outcomes).enumerated().map { index, pair in
      let (backend, outcome) = (pair.0, pair.1.outcome)
      var result = ResultRecord(
        outcome.verdict, backend: backend.name, algorithm: outcome.plan.algorithm,
        repro: trial.command(backend: backend, algorithm: outcome.plan.algorithm)
          + " --threads \(backend.threads)")
      result.timing = timings.first { $0.name == "\(index)" }.map {
        TimingRecord(
          $0, threads: backend.threads, macs: layer.macs, probe: isWhole(backend) ? probe : nil)
      }
      return result
    }
    return record
  }

  /// The roofs are those of all threads.
  private func isWhole(_ backend: TiledBackend) -> Bool { backend.threads == session.workbench.threads }

  private func time(_ outcomes: [Verifier.Outcome], _ trial: Trial, beside probe: RoofProbe) -> [Timing] {
    guard outcomes.allSatisfy(\.verdict.status.isGood) else { return [] }
    let arms = outcomes.enumerated().map { index, outcome in
      let output = OutputBox(trial.layer.outputShape)
      return Arm(name: "\(index)", earlierSamples: [outcome.nanoseconds]) {
        output.run(outcome.plan, trial.inputs)
      }
    }
    return measure(arms: arms, beside: probe.arm, plan: plan, isStopped: { Interruption.isRequested })
  }

  /// How many times as fast all threads are in multiply–adds alone: more than this no layer that they bound can gain.
  func peak() -> SpeedUp? {
    let rounds = RoofBench.leastRounds
    let arms = backends.map { backend in
      Arm(name: "\(backend.threads)") {
        _ = backend.runPeakKernel(iterations: rounds * session.workbench.threads / backend.threads)
      }
    }
    let timings = measure(arms: arms, plan: networkPlan, isStopped: { Interruption.isRequested })
    guard let one = timings.first, let all = timings.last, timings.count == arms.count else { return nil }
    return SpeedUp(one: one.interval, all: all.interval)
  }

  /// A whole network takes as long as many layers, and is measured as long.
  private var networkPlan: TimingPlan {
    var plan = plan
    plan.budget *= 10
    return plan
  }

  /// Times the whole network, where it has a golden and its plans give the bits of the layers one by one.
  func network(_ tally: inout SideBySide.Tally) throws -> [NetworkTotal] {
    guard let (golden, picture) = session.shelf.networks[session.network.name], !Interruption.isRequested
    else {
      return []
    }
    let feed = NetworkFeed(picture, size: session.network.imageSize)
    let wholes = try backends.compactMap { backend -> (chain: Chain, whole: WholeNetwork)? in
      let chain = Chain(backend, feed: feed, truths: session.workbench.truths)
      for step in session.network.steps { try chain.pass(step, on: golden) }
      guard let whole = try chain.planWhole(session.network, parameters: golden) else { return nil }
      tally.results += 1
      guard whole.differingLayers.isEmpty else {
        tally.failed += 1
        Notice.print(
          "With \(backend.threads) threads the whole network has other bits than its layers, first in "
            + "\(whole.differingLayers[0]).")
        return nil
      }
      return (chain, whole)
    }
    guard wholes.count == backends.count else { return [] }
    let arms = wholes.enumerated().map { index, pair in
      Arm(name: "\(index)") { pair.chain.run(pair.whole) }
    }
    let macs = session.network.layers.reduce(0) { $0 + $1.macs }
    let bytes = session.network.layers.reduce(0) { $0 + $1.bytesMoved }
    let probe = session.roofBench.probe(flops: 2 * Double(macs), bytes: bytes)
    let timings = measure(
      arms: arms, beside: probe.arm, plan: networkPlan, isStopped: { Interruption.isRequested })
    return zip(backends, timings).map { backend, timing in
      NetworkTotal(
        backend: backend.name, threads: backend.threads,
        endToEnd: TimingRecord(
          timing, threads: backend.threads, macs: macs, probe: isWhole(backend) ? probe : nil),
        sumOfLayers: nil)
    }
  }
}
