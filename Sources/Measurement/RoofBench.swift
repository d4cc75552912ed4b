/// A machine's roofs, and what reaches them, to be run again for a layer.
package struct RoofBench {
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

  package let roofs: Roofs
  private let peak: Peak
  private let rounds: Int
  private let crew: StreamKernel.Crew?

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
    func rate(_ workingSet: Int) -> Double {
      StreamKernel(workingSet: workingSet, threads: threads).measureBandwidth(
        rounds: rounds, seconds: seconds, crew: crew)
    }
    let before = gflops()
    var below = 0
    var caches: [Roofs.Bandwidth] = []
    for (level, capacity) in Self.capacities(machine: machine, threads: threads) {
      let rates = Self.workingSets(above: below, within: capacity).map(rate)
      caches.append(Roofs.Bandwidth(level: level, capacityBytes: capacity, gbps: rates.max() ?? 0))
      below = capacity
    }
    let beyond = min(max(4 * below, 128 << 20), 1 << 30)
    var roofs = Roofs(
      instructionSet: instructionSet, threads: threads, gflops: 0, gbps: rate(beyond), caches: caches)
    roofs.harnessNanoseconds =
      Measurement.measure(arms: [Arm(name: "empty", body: {})], plan: .quick).first?.median
    // The first tenths of a second may have been those in which another guest of the machine had a core: layers were seen
    // at 1.6 times such a peak.
    roofs.gflops = max(before, gflops())
    self.roofs = roofs
    self.peak = peak
    self.rounds = rounds
    self.crew = crew
  }

  /// What a layer of `flops` operations that moves `bytes` is to be measured beside: its multiply–adds at the peak, where
  /// these bound it.
  ///
  /// Where bytes do, the bandwidth of streams through as many is measured here and now: it is another every minute on a
  /// machine with other guests, and what nearly fills a level is partly in the next, so that no one figure holds for
  /// all of a level. (Over six runs of 17 such layers the highest share of one was 1.35 times its lowest at the median,
  /// against the bandwidths of levels, measured once, 1.61.) Nothing takes turns with such layers: what streams through
  /// as many bytes takes the layer's own out of caches that other guests share. With a stream of 150 MB beside it a
  /// pooling of 33 MB took 1.5 times as long, with one of 33 MB 1.3 times.
  package func probe(flops: Double, bytes: Int) -> RoofProbe {
    let least = roofs.leastNanoseconds(flops: flops, bytes: bytes)
    guard flops / roofs.gflops >= least else {
      let rate = StreamKernel(workingSet: bytes, threads: roofs.threads).measureBandwidth(
        rounds: rounds, seconds: Self.streamSeconds, crew: crew)
      return RoofProbe(leastNanoseconds: rate > 0 ? max(flops / roofs.gflops, Double(bytes) / rate) : least)
    }
    let rounds = min(max(Int(flops / peak.flopsPerRound), Self.leastRounds), Self.mostRounds)
    return RoofProbe(
      leastNanoseconds: least, callNanoseconds: Double(rounds) * peak.flopsPerRound / roofs.gflops
    ) { [peak] in peak.run(rounds) }
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
  package static let leastRounds = 400_000
  /// And some four of them: meanwhile other guests drive what the layer needs out of caches that they share.
  private static let mostRounds = 4 * leastRounds
  /// Seconds of streams of a layer's size, each way.
  private static let streamSeconds = 0.02
}
