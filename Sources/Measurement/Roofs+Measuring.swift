extension Roofs {
  /// Measures the bandwidths of the memory and of the data caches of `machine`.
  ///
  /// A level's roof is the best of several working sets that only this level holds: from a quarter more than the level
  /// below, of which that one still serves a part, to half of its own size.
  ///
  /// - Parameters:
  ///   - gflops: the peak that ``measureRoof(flopsPerCall:call:)`` found.
  ///   - rounds: how many medians each rate is the best of, each way; see
  ///     ``StreamKernel/measureBandwidth(rounds:seconds:crew:)``.
  ///   - seconds: per round.
  ///   - crew: the threads that layers run on; by default those of the system's pool.
  package static func measure(
    machine: MachineInfo, instructionSet: String, threads: Int, gflops: Double, rounds: Int,
    seconds: Double = 0.05, crew: StreamKernel.Crew? = nil
  ) -> Roofs {
    let levels = capacities(machine: machine, threads: threads)
    func rate(_ workingSet: Int) -> Double {
      StreamKernel(workingSet: workingSet, threads: threads).measureBandwidth(
        rounds: rounds, seconds: seconds, crew: crew)
    }
    var below = 0
    var caches: [Bandwidth] = []
    for (level, capacity) in levels {
      let rates = workingSets(above: below, within: capacity).map(rate)
      caches.append(Bandwidth(level: level, capacityBytes: capacity, gbps: rates.max() ?? 0))
      below = capacity
    }
    let beyond = max(4 * (levels.last?.capacity ?? 0), 128 << 20)
    var roofs = Roofs(
      instructionSet: instructionSet, threads: threads, gflops: gflops, gbps: rate(min(beyond, 1 << 30)),
      caches: caches)
    roofs.harnessNanoseconds =
      Measurement.measure(arms: [Arm(name: "empty", body: {})], plan: .quick).first?.median
    return roofs
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
}
