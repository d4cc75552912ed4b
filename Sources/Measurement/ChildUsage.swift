#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What the ended child processes of this program have used so far, and what the hypervisor took from the machine.
/// The difference of two readings tells of what ran between them.
package struct ChildUsage: Sendable, Hashable {
  /// Nanoseconds stolen, all processors together; nil where the kernel does not say.
  package let steal: Double?
  package let involuntarySwitches: Int
  package let minorFaults: Int
  package let majorFaults: Int

  /// The state now.
  package static func now() -> ChildUsage {
    var usage = rusage()
    #if canImport(Glibc)
      getrusage(RUSAGE_CHILDREN.rawValue, &usage)
    #else
      getrusage(Int32(RUSAGE_CHILDREN), &usage)
    #endif
    let stat = SystemFiles(root: "/").text("proc/stat")
    return ChildUsage(
      steal: stat.flatMap(stolenTicks).map { $0 * 1e9 / Double(max(sysconf(Int32(_SC_CLK_TCK)), 1)) },
      involuntarySwitches: usage.ru_nivcsw, minorFaults: usage.ru_minflt, majorFaults: usage.ru_majflt)
  }

  /// The eighth number of the line `cpu` of /proc/stat (proc(5)).
  static func stolenTicks(_ stat: String) -> Double? {
    guard let line = stat.split(separator: "\n").first(where: { $0.hasPrefix("cpu ") }) else { return nil }
    let numbers = line.split(separator: " ").dropFirst().compactMap { Double($0) }
    return numbers.count > 7 ? numbers[7] : nil
  }

  /// What was added since `earlier`.
  package func since(_ earlier: ChildUsage) -> ChildUsage {
    ChildUsage(
      steal: steal.flatMap { now in earlier.steal.map { now - $0 } },
      involuntarySwitches: involuntarySwitches - earlier.involuntarySwitches,
      minorFaults: minorFaults - earlier.minorFaults, majorFaults: majorFaults - earlier.majorFaults)
  }
}
