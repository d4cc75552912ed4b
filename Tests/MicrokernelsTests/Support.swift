import Backends
import Microkernels
import Tensors
import TiledBackend

/// `count` numbers in ±2, none of them 0 or tiny, the same in every run.
func numbers(_ count: Int, stream: Int) -> [Float] {
  Recipe(
    shape: Shape(trusted: [count]), distribution: .uniform(scale: 2),
    generator: Philox(key: 0xFE4CE, stream: UInt64(stream))
  ).makeTensor().values.map { abs($0) < 0.01 ? 0.5 : $0 }
}

func bits(_ values: [Float]) -> [UInt32] { values.map(\.bitPattern) }

/// The kernels of every instruction set that this processor has.
struct Kernels: Sendable {
  let set: InstructionSet
  let table: KernelTable

  static let all = InstructionSet.available.map { Kernels(set: $0, table: .kernels(for: $0)) }

  /// Every length up to five vectors and one element: loops that take four at once, one more, and a rest.
  var lengths: ClosedRange<Int> { 0...(5 * table.lanes + 1) }

  /// Lengths around one and two vectors.
  var edges: [Int] {
    let lanes = table.lanes
    return [0, 1, lanes - 1, lanes, lanes + 1, 2 * lanes, 2 * lanes + 1]
  }
}
