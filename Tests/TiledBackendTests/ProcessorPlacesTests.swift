import CCPU
import Foundation
import Testing
import TiledBackend

/// The processors that the calling thread may use.
private var allowedProcessors: [Int32] {
  var processors = [Int32](repeating: 0, count: 1024)
  let count = efgr_allowed_processors(&processors, Int32(processors.count))
  return Array(processors.prefix(Int(count)))
}

private func bind(_ processors: [Int32]) { _ = efgr_bind_thread(0, processors, Int32(processors.count)) }

/// A thread stands for several threads of a pool, one after the other. It is the test's own: those of the test library
/// are used again, and new threads inherit where they may run.
@Suite("Processor places", .enabled(if: allowedProcessors.count > 1)) struct ProcessorPlacesTests {
  /// Where a thread may run, and does, after a call.
  private struct Stay: Sendable {
    let allowed: [Int32]
    let processor: Int32

    static var now: Stay { Stay(allowed: allowedProcessors, processor: efgr_current_processor()) }
  }

  private func onOwnThread(_ body: @escaping @Sendable () -> [Stay]) async -> [Stay] {
    await withCheckedContinuation { continuation in
      Thread { continuation.resume(returning: body()) }.start()
    }
  }

  @Test("make a thread leave the processor of one before it")
  func leaving() async {
    let all = allowedProcessors
    let stays = await onOwnThread {
      all.map { home in
        let places = ProcessorPlaces(threads: 2)
        bind([home])
        places.note(0)
        places.keepApart(1)
        defer { bind(all) }
        return .now
      }
    }
    #expect(stays.map(\.allowed) == all.map { home in all.filter { $0 != home } })
    #expect(zip(stays, all).allSatisfy { $0.processor != $1 })
  }

  @Test("leave a thread where no one before it is, and the first one always")
  func staying() async {
    let all = allowedProcessors
    let stays = await onOwnThread {
      let places = ProcessorPlaces(threads: 2)
      bind([all[0]])
      places.note(0)
      bind([all[1]])
      places.keepApart(1)
      let second = Stay.now
      places.keepApart(0)
      return [second, .now]
    }
    #expect(stays.map(\.allowed) == [[all[1]], [all[1]]])
  }

  @Test("leave a thread where every processor is taken")
  func crowding() async {
    let all = allowedProcessors
    let stays = await onOwnThread {
      let places = ProcessorPlaces(threads: all.count + 1)
      for (index, processor) in all.enumerated() {
        bind([processor])
        places.note(index)
      }
      places.keepApart(all.count)
      return [.now]
    }
    #expect(stays.map(\.allowed) == [[all[all.count - 1]]])
  }
}
