import Backends
import Microkernels
import MicrokernelsBaseline

#if arch(x86_64)
  import MicrokernelsAVX2
  import MicrokernelsAVX512
#endif

extension KernelTable {
  /// The kernels for an instruction set. The set must be one that the processor has: see
  /// ``InstructionSet/available``.
  package static func kernels(for set: InstructionSet) -> KernelTable {
    #if arch(x86_64)
      switch set {
      case .avx512: avx512Kernels
      case .avx2: avx2Kernels
      case .baseline: baselineKernels
      }
    #else
      baselineKernels
    #endif
  }
}

extension KernelTable {
  /// The kernels of a Winograd scheme.
  package func winograd(_ transform: WinogradTransform) -> WinogradKernels {
    switch (transform.outputs, transform.stride) {
    case (2, 1): winograd2
    case (2, 2): winograd2Strided
    default: winograd4
    }
  }
}

extension Array where Element: RegisterTile {
  /// The kernel that costs least for a product of so many rows and columns, which are filled up to whole tiles; of
  /// equals, the one listed first. An operand's load counts as half a multiply–add: tiles of 6×16 were measured to be 3
  /// to 7 % quicker than ones of 4×16 where their operands stream from a second-level cache, and ones of 6×64 2 to 15 %
  /// quicker than ones of 8×32.
  func best(rows: Int, columns: Int) -> Element {
    func cost(_ kernel: Element) -> Double {
      let tiles = (rows + kernel.rows - 1) / kernel.rows
      let panels = (columns + kernel.columns - 1) / kernel.columns
      return Double(tiles * kernel.rows * panels * kernel.columns) * (1 + kernel.loads / 2)
    }
    return dropFirst().reduce(self[0]) { cost($1) < cost($0) ? $1 : $0 }
  }
}
