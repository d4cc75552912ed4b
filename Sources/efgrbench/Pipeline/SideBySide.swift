import Accuracy
import Backends
import Catalogue
import Foundation
import Golden
import History
import Measurement
import Tensors
import Verification

/// Takes a network layer by layer through every implementation: verified alone on its golden, verified in the chain,
/// timed where it is right. What is finished is handed on at once.
struct SideBySide {
  let network: Network
  let steps: [Step]
  let workbench: Workbench
  let shelf: GoldenShelf
  let roofBench: RoofBench
  let plan: TimingPlan
  /// The chained networks, one per backend that takes part.
  let chains: [Chain]
  /// Runs the layers that were not asked for, whose outputs all chains then share: one of them, or one of its own. Nil
  /// where there are no chains.
  let lead: Chain?
  /// Gets what the record has no columns for.
  let notes = RunNotes()
  /// Which algorithms of each backend are tried.
  let selection: Verifier.Selection

  /// What came of it all, in the order of the program's exit codes.
  struct Tally {
    var failed = 0
    /// Not verified or not timed, though declared.
    var notCovered = 0
    var refused = 0
    var layers = 0
    /// Results of any kind: a backend has none for a layer that it does not offer.
    var results = 0
    /// What every result rests on.
    var evidence = Evidence()
    /// What the tiled backend's algorithms cost, where several were tried.
    var choices: [MeasuredChoice] = []

    mutating func add(_ record: LayerRecord) {
      layers += 1
      results += record.results.count
      for result in record.results {
        let statuses = [result.status] + (result.chained.map { [$0.status] } ?? [])
        failed += statuses.contains(.failed) ? 1 : 0
        let isBlind = statuses.contains(.mistrusted) || statuses.contains(.unimplemented)
        let lacksTime = result.status.isGood && result.timing == nil
        notCovered += isBlind || lacksTime ? 1 : 0
        refused += statuses.contains(.refused) ? 1 : 0
      }
    }

    var status: ExitStatus {
      refused > 0
        ? .badInput : failed > 0 ? .checkFailed : notCovered > 0 || results == 0 ? .notCovered : .good
    }
  }

  /// Goes through the layers until the end or until the user interrupts.
  ///
  /// - Parameter finished: called with each layer's record as soon as it is complete.
  func run(_ progress: Progress, finished: (LayerRecord) throws -> Void) throws -> Tally {
    var tally = Tally()
    var cost = (done: 0.0, whole: steps.reduce(0) { $0 + Self.cost($1.layer) })
    let wanted = Set(steps.map(\.layer.name))
    for (position, step) in network.steps.enumerated() where !Interruption.isRequested {
      // A chain needs the layers before those that were asked for.
      guard wanted.contains(step.layer.name) || !chains.isEmpty && tally.layers < steps.count else {
        continue
      }
      progress.show(
        step.layer.name, done: tally.layers, total: steps.count, share: cost.done / cost.whole)
      guard wanted.contains(step.layer.name) else {
        try skip(step)
        continue
      }
      let links = try links(step)
      // A layer that was not asked for may read this one.
      if let first = chains.first { lead?.adopt(step, from: first) }
      guard !Interruption.isRequested else { continue }
      let record = try record(step.layer, position: position, links, &tally)
      tally.add(record)
      cost.done += Self.cost(step.layer)
      try finished(record)
    }
    progress.clear()
    if tally.layers < steps.count { tally.notCovered += steps.count - tally.layers }
    return tally
  }

  /// Runs a layer that was not asked for once, for all chains.
  private func skip(_ step: Step) throws {
    guard let lead, let golden = shelf.networks[network.name]?.golden else { return }
    try lead.pass(step, on: golden)
    for chain in chains { chain.adopt(step, from: lead) }
  }

  /// A layer's share of the work, for the time that is left: the naive loops' operations, and what every layer costs
  /// besides, about as much as 10⁷ of them.
  private static func cost(_ layer: Layer) -> Double { Double(layer.macs) + 1e7 }

  /// Takes the layer on every chain; there are none where the network has no golden.
  func links(_ step: Step) throws -> [(name: String, link: Link?)] {
    guard let golden = shelf.networks[network.name]?.golden else { return [] }
    return try chains.map { chain in (chain.backend.name, try chain.advance(step, on: golden)) }
  }

  private func record(
    _ layer: Layer, position: Int, _ links: [(name: String, link: Link?)], _ tally: inout Tally
  ) throws -> LayerRecord {
    var record = LayerRecord(layer, position: position)
    notes.add(links, layer: layer.name)
    let offering = workbench.backends.filter { $0.offers(layer.kind) }
    if let refusal = shelf.refusal(of: layer, in: network.name, on: offering) {
      record.results = refusal
      return record
    }
    let trial = try shelf.trial(of: layer, in: network.name, truths: workbench.truths)
    let verifier = Verifier(
      backends: workbench.backends, truths: workbench.truths, selection: selection)
    let outcomes = try verifier.outcomes(of: trial)
    let probe = roofBench.probe(flops: 2 * Double(layer.macs), bytes: layer.bytesMoved)
    let timed = time(outcomes, trial, links, beside: probe)
    let findings = try tally.evidence.check(timed, of: outcomes, on: trial, standIn: workbench.tiled)
    tally.choices.append(
      MeasuredChoice(
        layer, outcomes.filter { $0.backend.name == workbench.tiled.name }.map(\.outcome)
      ) { outcome in
        timed.first { $0.timing.name == outcome.armName(on: workbench.tiled) }?.timing.median
      })
    for (backend, outcome) in outcomes {
      let name = outcome.armName(on: backend)
      let finding = findings[name]
      let verdict = finding?.objection.map { outcome.verdict.overruled(by: .failed, $0) } ?? outcome.verdict
      var result = ResultRecord(
        verdict, backend: backend.name, algorithm: outcome.plan.algorithm,
        repro: trial.command(backend: backend, algorithm: outcome.plan.algorithm))
      tally.evidence.add(outcome, of: layer.name, on: backend.name, finding)
      notes.add(
        outcome.verdict, layer: layer.name, backend: backend.name, algorithm: outcome.plan.algorithm)
      let link = link(of: outcome, on: backend, links)
      result.chained = link?.record
      if result.chained?.status.isGood == false, result.message.isEmpty {
        result.message = link?.verdict.message ?? ""
      }
      result.timing = timed.first { $0.timing.name == name && result.status.isGood }.map {
        TimingRecord($0.timing, threads: workbench.threads, macs: layer.macs, probe: probe)
      }
      record.results.append(result)
    }
    return record
  }

  /// Times the implementations that are right, against each other and the roof.
  private func time(
    _ outcomes: [(backend: any Backend, outcome: Verifier.Outcome)], _ trial: Trial,
    _ links: [(name: String, link: Link?)], beside probe: RoofProbe
  ) -> [TimedOutput] {
    let right = outcomes.filter { $0.outcome.verdict.status.isGood }
    let outputs = right.map { _ in OutputBox(trial.layer.outputShape) }
    let arms = zip(right, outputs).map { right, output in
      let (backend, outcome) = right
      let chained = link(of: outcome, on: backend, links)?.nanoseconds
      return Arm(
        name: outcome.armName(on: backend),
        earlierSamples: [outcome.nanoseconds] + (chained.map { [$0] } ?? [])
      ) { output.run(outcome.plan, trial.inputs) }
    }
    let timings = measure(
      arms: arms, beside: probe.arm, plan: plan, isStopped: { Interruption.isRequested })
    return timings.compactMap { timing in
      right.firstIndex { $0.outcome.armName(on: $0.backend) == timing.name }.map {
        TimedOutput(timing: timing, output: outputs[$0])
      }
    }
  }

  /// The layer in the backend's chain, where it ran there with the same algorithm.
  private func link(
    of outcome: Verifier.Outcome, on backend: any Backend, _ links: [(name: String, link: Link?)]
  ) -> Link? {
    let link = links.first { $0.name == backend.name }?.link
    return link?.algorithm == outcome.plan.algorithm ? link : nil
  }

  /// Times each backend's whole network, and adds the layers up.
  func totals(of records: [LayerRecord], _ tally: inout Tally) throws -> [NetworkTotal] {
    guard records.count == network.steps.count else { return [] }
    let wholes = try endToEndTotals(&tally)
    return workbench.backends.map { backend in
      let medians = records.compactMap { $0.result(of: backend.name)?.timing?.median }
      // A sum with a layer missing is no sum of the network.
      let sum = medians.count == records.count ? medians.reduce(0, +) : nil
      return NetworkTotal(
        backend: backend.name, threads: workbench.threads,
        endToEnd: wholes.first { $0.backend == backend.name }?.endToEnd, sumOfLayers: sum)
    }.filter { $0.endToEnd != nil || $0.sumOfLayers != nil }
  }
}

extension Trial {
  /// The one command that repeats the check of one algorithm of a backend.
  func command(backend: any Backend, algorithm: String) -> String {
    let command = isFromFile ? "verify" : "run"
    let option = backend.option(for: algorithm, of: layer)
    return "efgrbench \(command) --backends \(backend.name)\(option) \(repro)"
  }
}

extension Backend {
  /// The option that forces an algorithm; empty for the one with the tightest bound, which is always tried.
  func option(for algorithm: String, of layer: Layer) -> String {
    algorithms(for: layer).first == algorithm ? "" : " --algorithm \(algorithm)"
  }
}
