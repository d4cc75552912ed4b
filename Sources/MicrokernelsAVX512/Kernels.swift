import Microkernels

/// The micro-kernels for AVX-512 (x86-64-v4).
package let avx512Kernels = KernelTable(
  SIMD16<Float>.self,
  gemms: [
    GemmKernel(
      SIMD16<Float>.self, rows: InlineArray<6, Void>.self, vectors: InlineArray<4, Void>.self,
      suffix: "avx512"),
    GemmKernel(
      SIMD16<Float>.self, rows: InlineArray<8, Void>.self, vectors: InlineArray<2, Void>.self,
      suffix: "avx512"),
    GemmKernel(
      SIMD16<Float>.self, rows: InlineArray<12, Void>.self, vectors: InlineArray<1, Void>.self,
      suffix: "avx512"),
  ],
  packedGemms: [
    PackedGemmKernel(
      SIMD16<Float>.self, rows: InlineArray<6, Void>.self, vectors: InlineArray<4, Void>.self,
      suffix: "avx512"),
    PackedGemmKernel(
      SIMD16<Float>.self, rows: InlineArray<5, Void>.self, vectors: InlineArray<4, Void>.self,
      suffix: "avx512"),
    PackedGemmKernel(
      SIMD16<Float>.self, rows: InlineArray<4, Void>.self, vectors: InlineArray<4, Void>.self,
      suffix: "avx512"),
    PackedGemmKernel(
      SIMD16<Float>.self, rows: InlineArray<8, Void>.self, vectors: InlineArray<2, Void>.self,
      suffix: "avx512"),
  ],
  pixelGemms: [
    PixelGemmKernel(
      SIMD16<Float>.self, rows: InlineArray<6, Void>.self, vectors: InlineArray<4, Void>.self,
      suffix: "avx512"),
    PixelGemmKernel(
      SIMD16<Float>.self, rows: InlineArray<12, Void>.self, vectors: InlineArray<2, Void>.self,
      suffix: "avx512"),
    PixelGemmKernel(
      SIMD16<Float>.self, rows: InlineArray<4, Void>.self, vectors: InlineArray<4, Void>.self,
      suffix: "avx512"),
    PixelGemmKernel(
      SIMD16<Float>.self, rows: InlineArray<6, Void>.self, vectors: InlineArray<2, Void>.self,
      suffix: "avx512"),
  ])
