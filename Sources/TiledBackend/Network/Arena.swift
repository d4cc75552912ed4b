/// One piece of memory for all activations of a network. Each activation is a *buffer* with a lifetime, from the
/// operation that writes it first to the one that reads it last; buffers whose lifetimes don't meet share their place.
struct ArenaPlan {
  struct Buffer {
    /// Elements.
    let count: Int
    /// Indices of operations.
    var lifetime: ClosedRange<Int>
  }

  private(set) var buffers: [Buffer] = []

  /// Adds a buffer that operation `index` writes.
  mutating func add(count: Int, writtenBy index: Int) -> Int {
    buffers.append(Buffer(count: Self.aligned(count), lifetime: index...index))
    return buffers.count - 1
  }

  /// Makes a buffer live when operation `index` runs.
  mutating func use(_ buffer: Int, at index: Int) {
    let lifetime = buffers[buffer].lifetime
    buffers[buffer].lifetime = min(lifetime.lowerBound, index)...max(lifetime.upperBound, index)
  }

  /// Buffers begin on cache lines.
  private static func aligned(_ count: Int) -> Int { (count + 15) / 16 * 16 }

  /// Where each buffer begins, and how large the whole is: the largest first, each in the lowest gap that is free for
  /// the whole of its lifetime. (Greedy by size; for the least memory of all one would have to try every order.)
  /// O(buffers²).
  func offsets() -> (offsets: [Int], count: Int) {
    var offsets = [Int](repeating: 0, count: buffers.count)
    var placed: [Int] = []
    for buffer in buffers.indices.sorted(by: { buffers[$0].count > buffers[$1].count }) {
      let neighbours = placed.filter { buffers[$0].lifetime.overlaps(buffers[buffer].lifetime) }
      var start = 0
      for other in neighbours.sorted(by: { offsets[$0] < offsets[$1] }) {
        if offsets[other] - start >= buffers[buffer].count { break }
        start = max(start, offsets[other] + buffers[other].count)
      }
      offsets[buffer] = start
      placed.append(buffer)
    }
    let count = buffers.indices.map { offsets[$0] + buffers[$0].count }.max() ?? 0
    return (offsets, count)
  }
}

/// The arena's memory, with the places of all buffers.
final class Arena {
  private let memory: AlignedBuffer
  private let offsets: [Int]

  init(_ plan: ArenaPlan) {
    let (offsets, count) = plan.offsets()
    self.offsets = offsets
    memory = AlignedBuffer(scratch: count)
  }

  /// Elements.
  var count: Int { memory.count }

  /// The first element of a stored map or tensor, its border included.
  func start(_ storage: Storage) -> UnsafeMutablePointer<Float> {
    memory.start + offsets[storage.buffer] + storage.offset
  }
}
