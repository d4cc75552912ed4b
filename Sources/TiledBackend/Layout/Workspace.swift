/// Scratch memory for kernels, a piece per worker of a pool. Nothing in it outlives a call, so all layers of a network
/// share one.
final class Workspace {
  private let pieces: [AlignedBuffer]

  /// - Parameter count: floats per worker.
  init(count: Int, workers: Int) {
    pieces = (0..<workers).map { _ in AlignedBuffer(scratch: count) }
  }

  /// The memory of one worker, on a cache line.
  func start(_ worker: Int) -> UnsafeMutablePointer<Float> { pieces[worker].start }

  /// Floats in all.
  var count: Int { pieces.reduce(0) { $0 + $1.count } }
}
