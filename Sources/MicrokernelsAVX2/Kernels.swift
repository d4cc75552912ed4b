import Microkernels

/// The micro-kernels for AVX2 and FMA (x86-64-v3).
package let avx2Kernels = KernelTable(
  SIMD8<Float>.self,
  gemms: [
    GemmKernel(
      SIMD8<Float>.self, rows: InlineArray<6, Void>.self, vectors: InlineArray<2, Void>.self, suffix: "avx2"),
    GemmKernel(
      SIMD8<Float>.self, rows: InlineArray<8, Void>.self, vectors: InlineArray<1, Void>.self, suffix: "avx2"),
  ],
  packedGemms: [
    PackedGemmKernel(
      SIMD8<Float>.self, rows: InlineArray<4, Void>.self, vectors: InlineArray<2, Void>.self, suffix: "avx2"),
    PackedGemmKernel(
      SIMD8<Float>.self, rows: InlineArray<5, Void>.self, vectors: InlineArray<2, Void>.self, suffix: "avx2"),
    PackedGemmKernel(
      SIMD8<Float>.self, rows: InlineArray<6, Void>.self, vectors: InlineArray<2, Void>.self, suffix: "avx2"),
  ],
  pixelGemms: [
    PixelGemmKernel(
      SIMD8<Float>.self, rows: InlineArray<6, Void>.self, vectors: InlineArray<2, Void>.self,
      suffix: "avx2"),
    PixelGemmKernel(
      SIMD8<Float>.self, rows: InlineArray<4, Void>.self, vectors: InlineArray<2, Void>.self,
      suffix: "avx2"),
  ])
