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
}
