import Backends
import Catalogue
import Foundation
import Measurement
import OpenBLASBackend
import ReferenceBackend
import Tensors
import TiledBackend
import Verification

/// Times subjects in this process, on seeded data, without judging them.
final class ChildTiming {
  private let request: ChildRequest
  private let tiled: TiledBackend
  private let backends: [any Backend]
  private let network: Network
  private let processors = Affinity.allowed()
  /// The quickest round of the peak kernel so far.
  private var quickestRound = Double.infinity
  private var disturbed = 0

  /// About 0.2 ms: long enough for the clock, short beside a sample.
  private static let rounds = 150_000

  /// From so many nanoseconds on a call is not repeated untimed before each sample of a hot cache: what it finds cold
  /// it fetches in a small part of that time.
  private static let longCall = 1e6

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
    bindHelpers(except: earlier)
  }

  /// A subject made ready.
  private final class Bench {
    let subject: ChildRequest.Subject
    let plan: any Plan
    let inputs: [Tensor<Float>]
    var output: Tensor<Float>
    var samples: [Double] = []
    var isWarm = false

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

  func reply() throws -> ChildReply {
    let benches = try request.subjects.compactMap(bench)
    let flusher = request.cache == .hot ? nil : CacheFlusher()
    for _ in 0..<request.passes {
      for bench in benches { sampleQuietly(bench, flusher) }
    }
    return ChildReply(
      build: .current(flags: InstructionSet.buildFlags), peakRound: quickestRound, disturbed: disturbed,
      results: benches.map { bench in
        ChildReply.Result(
          layer: bench.subject.layer, kind: bench.plan.layer.kind.rawValue, backend: bench.subject.backend,
          algorithm: bench.plan.algorithm, samples: bench.samples)
      })
  }

  private func bench(_ subject: ChildRequest.Subject) throws -> Bench? {
    guard let layer = network.layers.first(where: { $0.name == subject.layer }),
      let backend = backends.first(where: { $0.name == subject.backend }), backend.offers(layer.kind)
    else { return nil }
    let data = SeededTensors(name: "\(network.name)/\(layer.name)")
    return Bench(
      subject, try backend.plan(layer, parameters: data.parameters(of: layer)), data.inputs(of: layer))
  }

  /// Takes a sample, again and again while the machine is disturbed, and keeps the least disturbed one. What decides is
  /// the peak kernel alone, never the sample's own time.
  private func sampleQuietly(_ bench: Bench, _ flusher: CacheFlusher?) {
    bindCaller(bench.subject.backend == tiled.name)
    defer { bindCaller(false) }
    var kept: (disturbance: Double, sample: Double)?
    var before = peakRound()
    for _ in 0...request.retries {
      let sample = sample(bench, flusher)
      let after = peakRound()
      let disturbance = max(before, after)
      if disturbance < kept?.disturbance ?? .infinity { kept = (disturbance, sample) }
      if disturbance <= (request.quietRound ?? .infinity) * ChildRequest.quietness { break }
      before = after
    }
    guard let kept else { return }
    bench.samples.append(kept.sample)
    if kept.disturbance > (request.quietRound ?? .infinity) * ChildRequest.quietness { disturbed += 1 }
  }

  /// Nanoseconds per call.
  private func sample(_ bench: Bench, _ flusher: CacheFlusher?) -> Double {
    if !bench.isWarm || flusher == nil && (bench.samples.last ?? 0) < Self.longCall { bench.call() }
    bench.isWarm = true
    if let flusher {
      flusher.flush()
      if request.cache == .coldWeights { touch(bench) }
    }
    // Cold caches are cold for one call only.
    let repetitions = flusher == nil ? bench.subject.repetitions : 1
    let start = MonotonicClock.now()
    for _ in 0..<repetitions {
      bench.call()
      if bench.subject.addedRounds > 0 { _ = tiled.runPeakKernel(iterations: bench.subject.addedRounds) }
    }
    return Double(MonotonicClock.now() - start) / Double(repetitions)
  }

  /// Brings inputs and output into the caches.
  private func touch(_ bench: Bench) {
    for tensor in bench.inputs + [bench.output] { blackHole(tensor.values.reduce(0, +)) }
  }

  private func peakRound() -> Double {
    let time = MonotonicClock.time { tiled.runPeakKernel(iterations: Self.rounds) }.nanoseconds
    let round = Double(time) / Double(Self.rounds)
    quickestRound = min(quickestRound, round)
    return round
  }
}

/// Takes a value where the optimizer can't see that it goes nowhere.
@inline(never)
private func blackHole(_ value: Float) {}

/// Memory that is larger than every cache, read through to drive all else out of them.
final class CacheFlusher {
  private let memory: StreamKernel

  init() {
    let largest = MachineInfo.current().caches.map { $0.bytes }.max() ?? (32 << 20)
    memory = StreamKernel(workingSet: 4 * largest, threads: 1)
  }

  func flush() { memory.pass() }
}
