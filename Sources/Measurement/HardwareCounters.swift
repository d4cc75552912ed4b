import CCPU
import Foundation

/// What this process's threads do in their own code, counted by the processor: it does not depend on how fast the
/// machine happens to be, nor on who else uses it. Virtual machines often have no such counters, and systems may forbid
/// them (`perf_event_paranoid` above 2).
package final class HardwareCounters {
  /// Totals over all threads and all that was counted.
  package struct Counts: Sendable, Hashable, Codable {
    package var instructions: Double
    package var cycles: Double
  }

  /// Why there are no counters.
  package struct Unavailable: Error, CustomStringConvertible {
    package let description: String
  }

  /// The counters' files, by what they count.
  private var files: [UInt32: [Int32]] = [:]

  /// Counters of `threads`, standing still.
  ///
  /// - Throws: ``Unavailable`` where the system has none or does not allow them.
  package convenience init(threads: [Int32] = Affinity.threads()) throws(Unavailable) {
    try self.init(threads: threads, [EFGR_INSTRUCTIONS, EFGR_CYCLES])
  }

  init(threads: [Int32], _ counters: [efgr_counter]) throws(Unavailable) {
    for counter in counters {
      for thread in threads {
        let file = efgr_open_counter(thread, counter)
        guard file >= 0 else {
          throw Unavailable(description: "perf_event_open: \(String(cString: strerror(-file)))")
        }
        files[counter.rawValue, default: []].append(file)
      }
    }
  }

  deinit { for file in files.values.joined() { efgr_close_counter(file) } }

  /// Counts while `body` runs.
  package func counting<Result>(_ body: () throws -> Result) rethrows -> Result {
    for file in files.values.joined() { _ = efgr_run_counter(file, true) }
    defer { for file in files.values.joined() { _ = efgr_run_counter(file, false) } }
    return try body()
  }

  /// What was counted so far; nil where a counter never got its turn.
  package var counts: Counts? {
    guard let instructions = total(EFGR_INSTRUCTIONS), let cycles = total(EFGR_CYCLES) else { return nil }
    return Counts(instructions: instructions, cycles: cycles)
  }

  /// The sum over all threads. A thread that never ran counts nothing; nil where none did.
  func total(_ counter: efgr_counter) -> Double? {
    let counted = (files[counter.rawValue] ?? []).map(efgr_read_counter).filter { $0 >= 0 }
    return counted.isEmpty ? nil : counted.reduce(0, +)
  }
}
