import CCPU
import Foundation

/// On which processors threads run. A scheduler may wake a helper on the very processor of the thread that waits for
/// it, and leave it there for milliseconds: short parallel calls then take up to twice as long, at random. Threads that
/// are bound to processors of their own don't. Elsewhere than on Linux nothing is bound.
package enum Affinity {
  /// The identifiers of this process's threads, in the order in which they were made.
  package static func threads() -> [Int32] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
    return names.compactMap { Int32($0) }.sorted()
  }

  /// The processors that the calling thread may use; none where the system does not tell.
  package static func allowed() -> [Int] {
    var processors = [Int32](repeating: 0, count: 1024)
    let count = efgr_allowed_processors(&processors, Int32(processors.count))
    return processors.prefix(Int(count)).map(Int.init)
  }

  /// Binds a thread, or the calling one for 0, to `processors`.
  ///
  /// - Returns: false where the system does not allow it and nothing changed.
  @discardableResult
  package static func bind(_ thread: Int32, to processors: [Int]) -> Bool {
    efgr_bind_thread(thread, processors.map(Int32.init), Int32(processors.count))
  }
}
