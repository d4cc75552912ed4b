import CCPU

/// The instruction sets that the micro-kernels are built for.
package enum InstructionSet: String, Sendable, Hashable, CaseIterable, Codable {
  /// x86-64-v4: AVX-512 F, BW, CD, DQ, VL.
  case avx512
  /// x86-64-v3: AVX2 and FMA.
  case avx2
  /// What every processor of the architecture has: SSE2 on x86-64, NEON on 64-bit Arm.
  case baseline

  /// The sets that this processor and its operating system can run, best first.
  package static let available: [InstructionSet] = {
    let levels = efgr_cpu_detect()
    return (levels.x86_64_v4 ? [.avx512] : []) + (levels.x86_64_v3 ? [.avx2] : []) + [.baseline]
  }()

  /// What the manifest compiles the timed code with.
  package static let buildFlags = String(cString: efgr_build_flags())

  /// The best set that this processor can run.
  package static var best: InstructionSet { available.first ?? .baseline }
}
