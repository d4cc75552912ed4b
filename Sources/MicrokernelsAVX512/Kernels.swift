import Microkernels

/// The micro-kernels for AVX-512 (x86-64-v4).
package let avx512Kernels = KernelTable(
  SIMD16<Float>.self, rows: InlineArray<8, Void>.self, wideName: "sgemm_8x32_avx512",
  narrowName: "sgemm_8x16_avx512")
