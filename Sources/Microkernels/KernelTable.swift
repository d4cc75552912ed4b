/// One instruction set's kernels. Every field is a function compiled for the set; which table is used is decided once,
/// when a backend is made.
@frozen
public struct KernelTable: Sendable {
  /// Floats that are read.
  public typealias In = UnsafePointer<Float>
  /// Floats that are written.
  public typealias Out = UnsafeMutablePointer<Float>
  /// y = f(x): x, y, count.
  public typealias Unary = @Sendable (In, Out, Int) -> Void
  /// y = f(x, z): x, z, y, count, and whether y is written past the caches.
  public typealias Binary = @Sendable (In, In, Out, Int, _ streams: Bool) -> Void

  /// See ``VectorLoops/transpose(_:_:_:_:rows:columns:streams:)``.
  public typealias Transposition =
    @Sendable (
      In, _ sourceStride: Int, Out, _ targetStride: Int, _ rows: Int, _ columns: Int, _ streams: Bool
    ) -> Void

  /// Floats in a vector.
  public let lanes: Int
  /// Whether a multiply–add rounds once.
  public let fuses: Bool
  /// The micro-kernels, those preferred of equals first.
  public let gemms: [GemmKernel]
  /// The packed micro-kernels, those preferred of equals first; of at least as many columns as a channel block.
  public let packedGemms: [PackedGemmKernel]
  /// The pixel micro-kernels, those preferred of equals first.
  public let pixelGemms: [PixelGemmKernel]
  /// The transforms of F(2×2, 3×3).
  public let winograd2: WinogradKernels
  /// The transforms of F(4×4, 3×3).
  public let winograd4: WinogradKernels
  /// The transforms of F(2×2, 3×3) with stride 2.
  public let winograd2Strided: WinogradKernels

  /// x. The C library's copy is 30 times slower on some processors where the target lies a few bytes behind the source,
  /// counted within a page (Zen 3's string instructions), which makes a layer's time a matter of luck.
  public let copy: Unary
  /// max(x, 0).
  public let relu: Unary
  /// 1/(1 + e⁻ˣ).
  public let sigmoid: Unary
  /// x·z.
  public let multiply: Binary
  /// max(x·z, 0).
  public let multiplyRelu: Binary
  /// x + z.
  public let add: Binary
  /// max(x + z, 0).
  public let addRelu: Binary
  /// x·o + x.
  public let modulate: Binary
  /// max(x, z).
  public let greater: Binary
  /// One row; see ``VectorLoops/softmax(_:_:_:)``.
  public let softmax: Unary
  /// See ``VectorLoops/softmaxNarrow(_:_:_:_:)``.
  public let softmaxNarrow: @Sendable (In, Out, _ rows: Int, _ width: Int) -> Void
  /// See ``VectorLoops/affine(_:_:_:scale:shift:relu:streams:)``.
  public let affine:
    @Sendable (In, Out, Int, _ scale: Float, _ shift: Float, _ relu: Bool, _ streams: Bool) -> Void
  /// See ``VectorLoops/finishPlanes(_:)``.
  public let finishPlanes: @Sendable (borrowing PlaneFinish) -> Void
  /// See ``VectorLoops/finishBlocks(_:)``.
  public let finishBlocks: @Sendable (borrowing PlaneFinish) -> Void
  /// See ``VectorLoops/copyPlanes(_:)``.
  public let copyPlanes: @Sendable (borrowing PlaneCopy) -> Void
  /// See ``VectorLoops/finishTile(_:rows:columns:scale:shift:relu:)``.
  public let finishTile:
    @Sendable (Out, _ rows: Int, _ columns: Int, _ scale: In, _ shift: In, _ relu: Bool) -> Void
  /// See ``VectorLoops/storeTile(_:)``.
  public let storeTile: @Sendable (borrowing TileFinish) -> Void
  /// See ``VectorLoops/storeProduct(_:_:)``.
  public let storeProduct: @Sendable (borrowing TileFinish, borrowing TileFactor) -> Void
  /// See ``VectorLoops/transpose(_:_:_:_:rows:columns:streams:)``.
  public let transpose: Transposition
  /// See ``VectorLoops/poolPlane(_:)``.
  public let poolPlane: @Sendable (borrowing PlanePooling) -> Void
  /// See ``VectorLoops/windowMax(_:_:_:_:depth:rows:columns:step:)``.
  public let windowMax:
    @Sendable (
      In, _ rowStride: Int, Out, Int, _ depth: Int, _ rows: Int, _ columns: Int, _ step: Int
    ) -> Void
  /// See ``VectorLoops/modulatePixels(_:_:_:_:depth:)``.
  public let modulatePixels: @Sendable (In, In, Out, Int, _ depth: Int) -> Void
  /// sums += x².
  public let addSquares: Unary
  /// √sums + epsilon.
  public let norms: @Sendable (In, Out, Int, _ epsilon: Float) -> Void
  /// x / norms · weight.
  public let divide: @Sendable (In, In, Out, Int, _ weight: Float) -> Void
  /// x·(1 − t) + z·t.
  public let interpolate: @Sendable (In, In, Out, Int, _ t: Float) -> Void
  /// See ``VectorLoops/decode(arm:odm:priors:_:_:centreVariance:sizeVariance:)``.
  public let decode:
    @Sendable (
      _ arm: In, _ odm: In, _ priors: In, Out, Int, _ centreVariance: Float, _ sizeVariance: Float
    ) -> Void
  /// See ``VectorLoops/gather(_:)``.
  public let gather: @Sendable (borrowing BilinearGather) -> Void
  /// Runs independent multiply–adds; see ``peakOperations``.
  public let peak: @Sendable (Int) -> Float
  /// Floating-point operations in one iteration of ``peak``.
  public let peakOperations: Int

  /// The table over the vector `V`. An instruction set's target calls this once; inlined there, every function below is
  /// compiled with that target's instructions.
  @inlinable @inline(__always)
  public init<V: KernelVector>(
    _: V.Type, gemms: [GemmKernel], packedGemms: [PackedGemmKernel], pixelGemms: [PixelGemmKernel]
  ) {
    typealias Loops = VectorLoops<V>
    lanes = V.scalarCount
    fuses = V.fuses
    self.gemms = gemms
    self.packedGemms = packedGemms
    self.pixelGemms = pixelGemms
    winograd2 = WinogradKernels(V.self, WinogradScheme2.self)
    winograd4 = WinogradKernels(V.self, WinogradScheme4.self)
    winograd2Strided = WinogradKernels(V.self, WinogradScheme2Strided.self)
    copy = { Loops.map($0, $1, $2) { $0 } }
    relu = { Loops.map($0, $1, $2) { VectorMath<V>.relu($0) } }
    sigmoid = { Loops.map($0, $1, $2) { VectorMath<V>.sigmoid($0) } }
    multiply = { Loops.zip($0, $1, $2, $3, streams: $4) { $0 * $1 } }
    multiplyRelu = { Loops.zip($0, $1, $2, $3, streams: $4) { VectorMath<V>.relu($0 * $1) } }
    add = { Loops.zip($0, $1, $2, $3, streams: $4) { $0 + $1 } }
    addRelu = { Loops.zip($0, $1, $2, $3, streams: $4) { VectorMath<V>.relu($0 + $1) } }
    modulate = { Loops.zip($0, $1, $2, $3, streams: $4) { $0.adding(product: $0, $1) } }
    greater = { Loops.zip($0, $1, $2, $3, streams: $4) { V.greater($0, $1) } }
    softmax = { Loops.softmax($0, $1, $2) }
    softmaxNarrow = { Loops.softmaxNarrow($0, $1, $2, $3) }
    affine = { Loops.affine($0, $1, $2, scale: $3, shift: $4, relu: $5, streams: $6) }
    finishPlanes = { Loops.finishPlanes($0) }
    finishBlocks = { Loops.finishBlocks($0) }
    copyPlanes = { Loops.copyPlanes($0) }
    finishTile = { Loops.finishTile($0, rows: $1, columns: $2, scale: $3, shift: $4, relu: $5) }
    storeTile = { Loops.storeTile($0) }
    storeProduct = { Loops.storeProduct($0, $1) }
    transpose = { Loops.transpose($0, $1, $2, $3, rows: $4, columns: $5, streams: $6) }
    poolPlane = { Loops.poolPlane($0) }
    windowMax = { Loops.windowMax($0, $1, $2, $3, depth: $4, rows: $5, columns: $6, step: $7) }
    modulatePixels = { Loops.modulatePixels($0, $1, $2, $3, depth: $4) }
    addSquares = { Loops.addSquares($0, $1, $2) }
    norms = { Loops.norms($0, $1, $2, epsilon: $3) }
    divide = { Loops.divide($0, $1, $2, $3, weight: $4) }
    interpolate = { Loops.interpolate($0, $1, $2, $3, t: $4) }
    decode = { Loops.decode(arm: $0, odm: $1, priors: $2, $3, $4, centreVariance: $5, sizeVariance: $6) }
    gather = { Loops.gather($0) }
    peak = { Loops.peak($0) }
    peakOperations = Loops.peakOperations
  }
}
