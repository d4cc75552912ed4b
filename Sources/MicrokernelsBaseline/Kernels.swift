import Microkernels

/// The micro-kernels for what every processor of the architecture has.
package let baselineKernels = KernelTable(
  SIMD4<Float>.self, rows: InlineArray<4, Void>.self, wideName: "sgemm_4x8_baseline",
  narrowName: "sgemm_4x4_baseline")
