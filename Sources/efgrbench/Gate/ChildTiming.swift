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
  private let counters: Result<HardwareCounters, HardwareCounters.Unavailable>
  private var bench: Bench?
  /// Whether the build was told.
  private var isIntroduced = false
  private var spent = ChildReply.Spending()

  /// About 0.1 ms, long enough for the clock, and how often it is tried.
  private static let (rounds, tries) = (75_000, 5)

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
    counters = Result { () throws(HardwareCounters.Unavailable) in try HardwareCounters() }
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
    bindCaller(bench.subject.backend == tiled.name)
    defer { bindCaller(false) }
    // Cold caches are cold for one call only.
    let repetitions = flusher == nil ? bench.subject.repetitions : 1
    spend(\.warming) { warm(bench) }
    return spend(\.samples) { timeCounted(bench, repetitions) } / Double(repetitions)
  }

  /// - Parameter reports: whether the peak kernel is timed.
  func reply(reports: Bool = false) -> ChildReply {
    var reply = ChildReply(
      build: isIntroduced ? nil : build, peakRound: reports ? peakRound() : nil, spent: spent)
    isIntroduced = true
    if reports {
      switch counters {
      case .success(let counters): reply.counts = counters.counts
      case .failure(let reason): reply.noCounts = reason.description
      }
    }
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

  private func timeCounted(_ bench: Bench, _ repetitions: Int) -> Double {
    guard case .success(let counters) = counters else { return time(bench, repetitions) }
    return counters.counting { time(bench, repetitions) }
  }

  /// Nanoseconds of all calls together.
  private func time(_ bench: Bench, _ repetitions: Int) -> Double {
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

  /// Nanoseconds of a round of the peak kernel, by the quickest try.
  private func peakRound() -> Double {
    let times = (0..<Self.tries).map { _ in
      MonotonicClock.time { tiled.runPeakKernel(iterations: Self.rounds) }.nanoseconds
    }
    return Double(times.min() ?? 0) / Double(Self.rounds)
  }

  private func spend<Result>(
    _ purpose: WritableKeyPath<ChildReply.Spending, Double>, _ body: () throws -> Result
  ) rethrows -> Result {
    let (time, result) = try MonotonicClock.time(body)
    spent[keyPath: purpose] += Double(time)
    return result
  }
}
