import Measurement
import Tensors
import TiledBackend

/// Memory that is larger than every cache, streamed through by every thread to drive all else out of them: second-level
/// caches belong to single cores.
final class CacheFlusher {
  private let memory: [StreamKernel]
  /// What was fetched adds up here, so that reading it can't be optimised away.
  private(set) var fetched: Float = 0

  init(threads: Int) {
    let largest = MachineInfo.current().caches.map(\.bytes).max() ?? (32 << 20)
    // A copy may pass its target by the caches; its source, half of the set, is read through them.
    memory = (0..<max(threads, 1)).map { _ in StreamKernel(workingSet: 4 * largest, threads: 1) }
  }

  /// Empties the caches of the processors that the backend's threads run on.
  func flush(_ tiled: TiledBackend) {
    tiled.onEveryThread { memory[$0 % memory.count].pass() }
  }

  /// Brings tensors into the caches of the calling thread, and into what it shares.
  func fetch(_ tensors: [Tensor<Float>]) {
    for tensor in tensors { fetched += tensor.values.reduce(0, +) }
  }
}
