import Microkernels

/// The micro-kernels for what every processor of the architecture has.
package let baselineKernels = KernelTable(
  SIMD4<Float>.self,
  gemms: [
    GemmKernel(
      SIMD4<Float>.self, rows: InlineArray<4, Void>.self, vectors: InlineArray<2, Void>.self,
      suffix: "baseline"),
    GemmKernel(
      SIMD4<Float>.self, rows: InlineArray<8, Void>.self, vectors: InlineArray<1, Void>.self,
      suffix: "baseline"),
  ],
  packedGemms: packedGemms, pixelGemms: pixelGemms)

// NEON has thirty-two vector registers, SSE2 sixteen.
#if arch(arm64)
  private let packedGemms = [
    PackedGemmKernel(
      SIMD4<Float>.self, rows: InlineArray<6, Void>.self, vectors: InlineArray<4, Void>.self,
      suffix: "baseline"),
    PackedGemmKernel(
      SIMD4<Float>.self, rows: InlineArray<4, Void>.self, vectors: InlineArray<4, Void>.self,
      suffix: "baseline"),
  ]
  private let pixelGemms = [
    PixelGemmKernel(
      SIMD4<Float>.self, rows: InlineArray<6, Void>.self, vectors: InlineArray<4, Void>.self,
      suffix: "baseline"),
    PixelGemmKernel(
      SIMD4<Float>.self, rows: InlineArray<4, Void>.self, vectors: InlineArray<4, Void>.self,
      suffix: "baseline"),
  ]
#else
  private let packedGemms = [
    PackedGemmKernel(
      SIMD4<Float>.self, rows: InlineArray<2, Void>.self, vectors: InlineArray<4, Void>.self,
      suffix: "baseline")
  ]
  private let pixelGemms = [
    PixelGemmKernel(
      SIMD4<Float>.self, rows: InlineArray<6, Void>.self, vectors: InlineArray<2, Void>.self,
      suffix: "baseline"),
    PixelGemmKernel(
      SIMD4<Float>.self, rows: InlineArray<4, Void>.self, vectors: InlineArray<2, Void>.self,
      suffix: "baseline"),
  ]
#endif
