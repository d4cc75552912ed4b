import Synchronization

/// Which ways through the micro-kernels have been taken: a record for tests and for `verify`, which is never made where
/// something is timed.
public final class KernelCoverage: Sendable {
  /// One way through one kernel.
  public struct Path: Sendable, Hashable, Comparable {
    /// `sgemm_8x32_avx512`, or the field's name in the table.
    public let kernel: String
    /// What is special about the way, in words.
    public let way: String

    /// By kernel, then by way.
    public static func < (left: Path, right: Path) -> Bool {
      (left.kernel, left.way) < (right.kernel, right.way)
    }
  }

  private let lists = Mutex<[PathList]>([])

  /// A record of nothing yet.
  public init() {}

  /// The list of a kernel's ways, which several tables may share.
  package func list(_ kernel: String, _ ways: [String]) -> PathList {
    lists.withLock { lists in
      if let known = lists.first(where: { $0.kernel == kernel && $0.ways == ways }) { return known }
      let list = PathList(kernel: kernel, ways: ways)
      lists.append(list)
      return list
    }
  }

  /// What was taken, in order.
  public var reached: [Path] { paths(taken: true) }

  /// What exists and was not.
  public var unreached: [Path] { paths(taken: false) }

  private func paths(taken: Bool) -> [Path] {
    lists.withLock { lists in
      lists.flatMap { list in
        list.ways.indices.filter { list.isTaken($0) == taken }.map {
          Path(kernel: list.kernel, way: list.ways[$0])
        }
      }
    }.sorted()
  }
}

/// The ways through one kernel, a bit for each. Noting one that is known costs a load.
package final class PathList: Sendable {
  package let kernel: String
  package let ways: [String]
  private let taken = Atomic<UInt64>(0)

  fileprivate init(kernel: String, ways: [String]) {
    precondition(ways.count <= UInt64.bitWidth, "a kernel has at most 64 ways")
    self.kernel = kernel
    self.ways = ways
  }

  package func note(_ way: Int) {
    let bit: UInt64 = 1 << way
    if taken.load(ordering: .relaxed) & bit == 0 { taken.bitwiseOr(bit, ordering: .relaxed) }
  }

  fileprivate func isTaken(_ way: Int) -> Bool { taken.load(ordering: .relaxed) >> way & 1 == 1 }
}
