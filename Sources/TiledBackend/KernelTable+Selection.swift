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
  /// The micro-kernel for so many output channels.
  func gemm(outputs: Int) -> GemmKernel { outputs <= narrowGemm.columns ? narrowGemm : wideGemm }

  /// The kernels of a Winograd scheme.
  func winograd(_ transform: WinogradTransform) -> WinogradKernels {
    transform.outputs == 2 ? winograd2 : winograd4
  }
}
