import CCPU
import Foundation

/// The memory of this process.
package enum ProcessMemory {
  /// Bytes that are in main memory now; nil where the system does not say (proc(5), `statm`).
  package static var residentBytes: Int? {
    guard let fields = SystemFiles(root: "/").line("proc/self/statm")?.split(separator: " "),
      fields.count > 1, let pages = Int(fields[1])
    else { return nil }
    return pages * Int(getpagesize())
  }

  /// Keeps freed memory for the next allocation instead of giving it back to the system, which must clear each of its
  /// pages anew: for a process that makes one layer after the other ready, that is up to half of the time. Elsewhere than
  /// with the GNU C library nothing changes.
  package static func keepFreed() { efgr_keep_freed_memory() }
}
