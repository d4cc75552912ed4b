import Backends
import Catalogue
import Foundation
import Measurement
import OpenBLASBackend
import ReferenceBackend
import Tensors
import TiledBackend
import Verification

/// Times subjects in this process, one after the other, on seeded data, without judging them.
final class ChildTiming {
  private let request: ChildRequest
  private let build = BuildInfo.current(flags: InstructionSet.buildFlags)
  private let tiled: TiledBackend
  private let backends: [any Backend]
  private let network: Network
  private let processors = Affinity.allowed()
  private let flusher: CacheFlusher?
  private var bench: Bench?
  /// Whether the build was told.
  private var isIntroduced = false
  /// The quickest round of the peak kernel so far.
  private var quickestRound = Double.infinity
  private var disturbed = 0
  private var spent = ChildReply.Spending()

  /// About 0.1 ms: long enough for the clock, short beside a sample.
  private static let rounds = 75_000
  /// The share of the kept samples' time that may go into samples that were disturbed. Where all are, taking them again
  /// only costs time: the processes take turns so quickly that it disturbs all alike.
  private static let repeatedShare = 0.25

  init(_ request: ChildRequest) throws {
    self.request = request
    network = try Network.named(request.network)
    let set = InstructionSet(rawValue: request.instructionSet) ?? .best
    let earlier = Set(Affinity.threads())
    tiled = TiledBackend(
      instructionSet: set, threads: request.threads,
      choice: request.algorithm.map { .forced($0) } ?? .automatic)
    backends = [
      ReferenceBackend(threads: request.threads), tiled, OpenBLASBackend(threads: request.threads),
    ]
    flusher = request.cache == .hot ? nil : CacheFlusher(threads: request.threads)
    bindHelpers(except: earlier)
    ProcessMemory.keepFreed()
  }

  /// A subject made ready.
  private final class Bench {
    let subject: ChildRequest.Subject
    let plan: any Plan
    let inputs: [Tensor<Float>]
    var output: Tensor<Float>

    init(_ subject: ChildRequest.Subject, _ plan: any Plan, _ inputs: [Tensor<Float>]) {
      self.subject = subject
      self.plan = plan
      self.inputs = inputs
      output = Tensor(plan.layer.outputShape, repeating: 0)
    }

    func call() { plan.run(inputs, into: &output) }
  }

  /// Gives each of the tiled backend's helpers a processor of its own; the first is left to the thread that calls.
  private func bindHelpers(except earlier: Set<Int32>) {
    let helpers = Affinity.threads().filter { !earlier.contains($0) }
    for (index, helper) in helpers.enumerated() where index + 1 < processors.count {
      Affinity.bind(helper, to: [processors[index + 1]])
    }
  }

  /// The calling thread is bound while it is timed with bound helpers, and free to start other threads otherwise: new
  /// threads inherit where they may run.
  private func bindCaller(_ isBound: Bool) {
    guard let first = processors.first else { return }
    Affinity.bind(0, to: isBound ? [first] : processors)
  }

  /// Makes a subject of the request ready.
  ///
  /// - Throws: ``ProgramError`` for one that the request does not have.
  func prepare(_ subject: Int) throws {
    guard request.subjects.indices.contains(subject) else {
      throw ProgramError.badInput("The request has no subject \(subject).")
    }
    // The one before goes first, so that its memory serves again.
    bench = nil
    bench = try makeBench(request.subjects[subject])
  }

  /// Takes one sample of the subject that is ready.
  ///
  /// - Returns: nanoseconds per call.
  /// - Throws: ``ProgramError`` where none is.
  func sample() throws -> Double {
    guard let bench else {
      throw ProgramError.badInput("A sample was asked for before its subject was ready.")
    }
    return sampleQuietly(bench)
  }

  func reply() -> ChildReply {
    var reply = ChildReply(
      build: isIntroduced ? nil : build, peakRound: quickestRound.isFinite ? quickestRound : nil,
      disturbed: disturbed,
      spent: spent)
    isIntroduced = true
    if let bench {
      reply.results = [
        ChildReply.Result(
          layer: bench.subject.layer, kind: bench.plan.layer.kind.rawValue, backend: bench.subject.backend,
          algorithm: bench.plan.algorithm)
      ]
    }
    return reply
  }

  private func makeBench(_ subject: ChildRequest.Subject) throws -> Bench? {
    guard let layer = network.layers.first(where: { $0.name == subject.layer }),
      let backend = backends.first(where: { $0.name == subject.backend }), backend.offers(layer.kind)
    else { return nil }
    // Of repeated boxes a suppression would find more duplicates than of others; all else takes what it takes.
    let data = SeededTensors(
      name: "\(network.name)/\(layer.name)", period: layer.kind == .nms ? .max : 1 << 16)
    let (inputs, parameters) = spend(\.data) { (data.inputs(of: layer), data.parameters(of: layer)) }
    return try spend(\.planning) { Bench(subject, try backend.plan(layer, parameters: parameters), inputs) }
  }

  /// Takes a sample, again and again while the machine is disturbed, and keeps the least disturbed one. What decides is
  /// the peak kernel alone, never the sample's own time.
  ///
  /// - Returns: nanoseconds per call.
  private func sampleQuietly(_ bench: Bench) -> Double {
    bindCaller(bench.subject.backend == tiled.name)
    defer { bindCaller(false) }
    let quiet = (request.quietRound ?? .infinity) * ChildRequest.quietness
    // Cold caches are cold for one call only.
    let repetitions = flusher == nil ? bench.subject.repetitions : 1
    var kept: (disturbance: Double, elapsed: Double)?
    var before = peakRound()
    for _ in 0...request.retries {
      spend(\.warming) { warm(bench) }
      let elapsed = sample(bench, repetitions)
      let after = peakRound()
      let disturbance = max(before, after)
      if let kept { spent.repeated += max(kept.disturbance > disturbance ? kept.elapsed : elapsed, 0) }
      if disturbance < kept?.disturbance ?? .infinity { kept = (disturbance, elapsed) }
      if disturbance <= quiet || spent.repeated + elapsed > Self.repeatedShare * spent.samples { break }
      before = after
    }
    guard let kept else { return .nan }
    spent.samples += kept.elapsed
    if kept.disturbance > quiet { disturbed += 1 }
    return kept.elapsed / Double(repetitions)
  }

  /// Nanoseconds of all calls together.
  private func sample(_ bench: Bench, _ repetitions: Int) -> Double {
    let start = MonotonicClock.now()
    for _ in 0..<repetitions {
      bench.call()
      if bench.subject.addedRounds > 0 { _ = tiled.runPeakKernel(iterations: bench.subject.addedRounds) }
    }
    return Double(MonotonicClock.now() - start)
  }

  /// Brings the caches into the state that was asked for. A call that is long enough to be a sample by itself fetches what
  /// it finds cold in a small part of its time, after another process's turn as after its own.
  private func warm(_ bench: Bench) {
    guard let flusher else {
      if bench.subject.repetitions > 1 { bench.call() }
      return
    }
    bench.call()
    flusher.flush(tiled)
    if request.cache == .coldWeights { flusher.fetch(bench.inputs + [bench.output]) }
  }

  private func peakRound() -> Double {
    let time = spend(\.watching) {
      MonotonicClock.time { tiled.runPeakKernel(iterations: Self.rounds) }.nanoseconds
    }
    let round = Double(time) / Double(Self.rounds)
    quickestRound = min(quickestRound, round)
    return round
  }

  private func spend<Result>(
    _ purpose: WritableKeyPath<ChildReply.Spending, Double>, _ body: () throws -> Result
  ) rethrows -> Result {
    let (time, result) = try MonotonicClock.time(body)
    spent[keyPath: purpose] += Double(time)
    return result
  }
}
