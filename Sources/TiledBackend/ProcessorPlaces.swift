import CCPU
import Synchronization

/// On which processors a pool's threads are, so that no two are on one.
///
/// A scheduler may wake a helper on the very processor of the thread that has work for it, and leave it there for as long as
/// both are busy only now and then, though another processor has nothing to do: calls of a millisecond took 1.8 times as
/// long so, in some processes and not in others. So a helper that finds itself beside a thread that comes before it in the
/// pool leaves for the processors that none of them uses, and stays off the others until that happens again. The thread
/// that calls is never moved: it is not the pool's.
///
/// Nothing happens where the system does not tell, or has no more processors than the pool has threads before this one.
package final class ProcessorPlaces: Sendable {
  /// Those that the pool's maker may use.
  private let allowed: [Int32]
  private let places: [Place]

  /// Where a thread was last seen, alone on its cache lines; −1 before.
  private final class Place: Sendable {
    private let before = (0, 0, 0, 0, 0, 0, 0, 0)
    let processor = Atomic<Int32>(-1)
    private let after = (0, 0, 0, 0, 0, 0, 0, 0)
  }

  package init(threads: Int) {
    var allowed = [Int32](repeating: 0, count: 1024)
    let count = efgr_allowed_processors(&allowed, Int32(allowed.count))
    self.allowed = Array(allowed.prefix(Int(count)))
    places = (0..<threads).map { _ in Place() }
  }

  /// Notes where the calling thread is, the pool's `index`-th.
  package func note(_ index: Int) {
    places[index].processor.store(efgr_current_processor(), ordering: .relaxed)
  }

  /// Notes where the calling thread is, and moves it if one before it is there too. Some nanoseconds; a move takes
  /// microseconds.
  package func keepApart(_ index: Int) {
    let here = efgr_current_processor()
    places[index].processor.store(here, ordering: .relaxed)
    for other in 0..<index where places[other].processor.load(ordering: .relaxed) == here {
      return leave(index)
    }
  }

  private func leave(_ index: Int) {
    var taken: Set<Int32> = []
    for other in places.indices where other != index {
      taken.insert(places[other].processor.load(ordering: .relaxed))
    }
    let free = allowed.filter { !taken.contains($0) }
    guard !free.isEmpty, efgr_bind_thread(0, free, Int32(free.count)) else { return }
    note(index)
  }
}
