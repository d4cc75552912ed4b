/// What reaches a machine's roofs: measures them once, and can be run again beside a layer.
package final class RoofBench {
  /// The kernel that reaches the peak of multiply–adds, on all threads.
  package struct Peak {
    /// Operations that one round does, all threads together.
    package let flopsPerRound: Double
    /// Runs so many rounds.
    package let run: (_ rounds: Int) -> Void

    package init(flopsPerRound: Double, run: @escaping (_ rounds: Int) -> Void) {
      self.flopsPerRound = flopsPerRound
      self.run = run
    }
  }

  /// What reaches the bandwidth of a level of the memory.
  private struct Stream: Hashable {
    /// Bytes of all buffers together.
    let workingSet: Int
    let way: StreamKernel.Way
  }

  package let roofs: Roofs
  private let peak: Peak
  private let crew: StreamKernel.Crew?
  /// By the levels of the caches.
  private let streams: [String: Stream]
  private let memory: Stream
  /// The kernels that were run beside a layer, by their working sets: filling the buffers anew for every layer would take
  /// longer than timing it.
  private var kernels: [Int: StreamKernel] = [:]

  /// Measures the peak, and the bandwidths of the memory and of the data caches of `machine`.
  ///
  /// A level's roof is the best of several working sets that only this level holds: from a quarter more than the level
  /// below, of which that one still serves a part, to half of its own size.
  ///
  /// - Parameters:
  ///   - rounds: how many medians each bandwidth is the best of, each way; see
  ///     ``StreamKernel/measureBandwidth(rounds:seconds:crew:)``.
  ///   - seconds: per round.
  ///   - crew: the threads that layers run on; by default those of the system's pool.
  package init(
    machine: MachineInfo, instructionSet: String, threads: Int, peak: Peak, rounds: Int,
    seconds: Double = 0.05, crew: StreamKernel.Crew? = nil
  ) {
    func gflops() -> Double {
      measureRoof(flopsPerCall: peak.flopsPerRound * Double(Self.leastRounds)) { peak.run(Self.leastRounds) }
    }
    func best(of workingSets: [Int]) -> (gbps: Double, stream: Stream) {
      let all = workingSets.map { workingSet in
        let best = StreamKernel(workingSet: workingSet, threads: threads).measureBandwidth(
          rounds: rounds, seconds: seconds, crew: crew)
        return (gbps: best.gbps, stream: Stream(workingSet: workingSet, way: best.way))
      }
      return all.max { $0.gbps < $1.gbps } ?? (0, Stream(workingSet: 0, way: .copy))
    }
    let before = gflops()
    var below = 0
    var caches: [Roofs.Bandwidth] = []
    var streams: [String: Stream] = [:]
    for (level, capacity) in Self.capacities(machine: machine, threads: threads) {
      let best = best(of: Self.workingSets(above: below, within: capacity))
      caches.append(Roofs.Bandwidth(level: level, capacityBytes: capacity, gbps: best.gbps))
      streams[level] = best.stream
      below = capacity
    }
    let memory = best(of: [min(max(4 * below, 128 << 20), 1 << 30)])
    var roofs = Roofs(
      instructionSet: instructionSet, threads: threads, gflops: 0, gbps: memory.gbps, caches: caches)
    roofs.harnessNanoseconds =
      Measurement.measure(arms: [Arm(name: "empty", body: {})], plan: .quick).first?.median
    // The first tenths of a second may have been those in which another guest of the machine had a core: layers were seen
    // at 1.6 times such a peak.
    roofs.gflops = max(before, gflops())
    self.roofs = roofs
    self.peak = peak
    self.crew = crew
    self.streams = streams
    self.memory = memory.stream
  }

  /// What a layer of `flops` operations that moves `bytes` is to be measured beside: its multiply–adds at the peak, or its
  /// bytes at the bandwidth, whichever takes longer at the roofs.
  package func probe(flops: Double, bytes: Int) -> RoofProbe {
    let least = roofs.leastNanoseconds(flops: flops, bytes: bytes)
    if flops / roofs.gflops >= least {
      let rounds = min(max(Int(flops / peak.flopsPerRound), Self.leastRounds), Self.mostRounds)
      return RoofProbe(
        leastNanoseconds: least, callNanoseconds: Double(rounds) * peak.flopsPerRound / roofs.gflops
      ) { [peak] in peak.run(rounds) }
    }
    let level = roofs.level(bytes: bytes)
    let stream = streams[level.level] ?? memory
    let kernel =
      kernels[stream.workingSet] ?? StreamKernel(workingSet: stream.workingSet, threads: roofs.threads)
    kernels[stream.workingSet] = kernel
    return RoofProbe(
      leastNanoseconds: least, callNanoseconds: kernel.bytesPerRun / level.gbps
    ) { [crew] in kernel.run(stream.way, crew: crew) }
  }

  /// Bytes, all threads together.
  static func workingSets(above below: Int, within capacity: Int) -> [Int] {
    let least = below + below / 4
    return least > 0 && least < capacity / 2 ? [least, capacity / 2] : [max(capacity / 2, least)]
  }

  /// What each level holds for `threads` threads together.
  static func capacities(machine: MachineInfo, threads: Int) -> [(level: String, capacity: Int)] {
    machine.caches.filter { $0.type.lowercased() != "instruction" }.map { cache in
      let instances = max((threads + cache.sharedBy - 1) / max(cache.sharedBy, 1), 1)
      return ("L\(cache.level)", cache.bytes * instances)
    }
  }

  /// Rounds of a call of the peak's kernel: a millisecond or so, for against a call of some ten microseconds waking the threads
  /// would be seen as a lower roof.
  private static let leastRounds = 400_000
  /// And some twenty of them, so that a turn beside a whole network is none of its own length.
  private static let mostRounds = 20 * leastRounds
}
