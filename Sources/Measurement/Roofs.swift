/// What this machine can do at best, measured: the ceilings that layers are compared with.
///
/// A call that does `flops` operations and moves `bytes` can't take less than max(flops / peak, bytes / bandwidth)
/// (the roofline model, Williams, Waterman & Patterson 2009). Timings are hot, so bandwidth is that of the smallest
/// level of the memory that holds all the bytes.
package struct Roofs: Sendable, Hashable, Codable {
  /// The bandwidth of one level of the memory, all threads together.
  package struct Bandwidth: Sendable, Hashable, Codable {
    /// `L2`, `L3`, `memory`.
    package var level: String
    /// What fits into this level, in bytes, all threads together; nil for the memory itself.
    package var capacityBytes: Int?
    /// Bytes read plus bytes written, in 10⁹ per second.
    package var gbps: Double

    package init(level: String, capacityBytes: Int?, gbps: Double) {
      self.level = level
      self.capacityBytes = capacityBytes
      self.gbps = gbps
    }

    enum CodingKeys: String, CodingKey {
      case level
      case capacityBytes = "capacity_bytes"
      case gbps
    }
  }

  /// The instruction set of the kernel that reached the peak.
  package var instructionSet: String
  package var threads: Int
  /// Peak of float32 multiply–adds, two operations each, in 10⁹ operations per second, all threads together.
  package var gflops: Double
  /// The memory's bandwidth in 10⁹ bytes per second, all threads together.
  package var gbps: Double
  /// The caches' bandwidths, smallest level first.
  package var caches: [Bandwidth]
  /// What the harness itself adds to each call, in nanoseconds: an empty body timed like a layer. Nil in records that are
  /// older than this.
  package var harnessNanoseconds: Double?

  package init(
    instructionSet: String, threads: Int, gflops: Double, gbps: Double, caches: [Bandwidth] = []
  ) {
    self.instructionSet = instructionSet
    self.threads = threads
    self.gflops = gflops
    self.gbps = gbps
    self.caches = caches
  }

  enum CodingKeys: String, CodingKey {
    case instructionSet = "isa"
    case threads, gflops, gbps, caches
    case harnessNanoseconds = "harness_ns"
  }

  /// The bandwidth that `bytes` can count on, in 10⁹ per second.
  package func bandwidth(bytes: Int) -> Double {
    let level = caches.first { ($0.capacityBytes ?? .max) >= bytes }
    return max(level?.gbps ?? 0, gbps)
  }

  /// The least nanoseconds for `flops` operations that move `bytes`.
  package func leastNanoseconds(flops: Double, bytes: Int) -> Double {
    max(flops / gflops, Double(bytes) / bandwidth(bytes: bytes))
  }
}
