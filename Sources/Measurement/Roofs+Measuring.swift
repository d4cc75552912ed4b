extension Roofs {
  /// Measures the bandwidths of the memory and of the second- and third-level caches of `machine`.
  ///
  /// - Parameters:
  ///   - gflops: the peak that ``measureRoof(flopsPerCall:call:)`` found.
  ///   - seconds: for each of the rates.
  package static func measure(
    machine: MachineInfo, instructionSet: String, threads: Int, gflops: Double, seconds: Double = 0.05
  ) -> Roofs {
    let levels = capacities(machine: machine, threads: threads)
    let caches = levels.map { level, capacity in
      let kernel = StreamKernel(workingSet: capacity / 2, threads: threads)
      return Bandwidth(
        level: level, capacityBytes: capacity, gbps: kernel.measureBandwidth(seconds: seconds))
    }
    let beyond = max(4 * (levels.last?.capacity ?? 0), 128 << 20)
    let memory = StreamKernel(workingSet: min(beyond, 1 << 30), threads: threads)
    return Roofs(
      instructionSet: instructionSet, threads: threads, gflops: gflops,
      gbps: memory.measureBandwidth(seconds: seconds), caches: caches)
  }

  /// What the second and third levels hold for `threads` threads together.
  static func capacities(machine: MachineInfo, threads: Int) -> [(level: String, capacity: Int)] {
    machine.caches.filter { $0.level >= 2 && $0.type != "instruction" }.map { cache in
      let instances = max((threads + cache.sharedBy - 1) / max(cache.sharedBy, 1), 1)
      return ("L\(cache.level)", cache.bytes * instances)
    }
  }
}
