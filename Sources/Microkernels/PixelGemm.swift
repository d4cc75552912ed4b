public import CLanes

/// The arguments of a pixel GEMM micro-kernel: one register tile of MR output channels × NR neighbouring pixels.
///
/// C[m, n] = Σ_k a[k][m] · b[offsets[k] + n]: a product step is an input channel and a place in the window, and moves
/// the row of NR pixels through the planes of a map. So vectors lie along the pixels, and few output channels leave
/// none of their lanes empty.
public struct PixelTile {
  /// Weights, [steps][MR].
  public var a: UnsafePointer<Float>
  /// The first pixel's window in the first plane. NR floats from every offset on are read.
  public var b: UnsafePointer<Float>
  /// `steps` offsets, in elements, and ``lookahead`` more: what lies there is asked for, not read.
  public var offsets: UnsafePointer<Int>
  /// The tile's sums, [MR][NR], wherever they lie.
  public var c: UnsafeMutablePointer<Float>
  /// Elements from an output channel's sums to the next one's.
  public var cStride: Int
  /// Products of a sum; one chain.
  public var steps: Int
  /// Whether the sums are added to what `c` holds, or replace it.
  public var accumulates: Bool

  /// How many steps before their turn pixels are asked for: two channels of a 3×3 window, some two hundred cycles.
  @inlinable @inline(__always) public static var lookahead: Int { 18 }

  /// Every field in its order.
  @inlinable
  public init(
    a: UnsafePointer<Float>, b: UnsafePointer<Float>, offsets: UnsafePointer<Int>,
    c: UnsafeMutablePointer<Float>, cStride: Int, steps: Int, accumulates: Bool
  ) {
    self.a = a
    self.b = b
    self.offsets = offsets
    self.c = c
    self.cStride = cStride
    self.steps = steps
    self.accumulates = accumulates
  }
}

/// A pixel GEMM micro-kernel of one tile size; see ``GemmKernel``.
public struct PixelGemmKernel: RegisterTile, Sendable {
  /// Type, tile and instruction set: `pixel_sgemm_6x64_avx512`.
  public let name: String
  /// MR: output channels in a tile.
  public let rows: Int
  /// NR: pixels in a tile.
  public let columns: Int
  /// See ``RegisterTile/loads``.
  public let loads: Double
  /// Computes one tile.
  public let run: @Sendable (borrowing PixelTile) -> Void

  /// A row of the table: a tile of `rows` × `vectors` vectors `V`, called `pixel_sgemm_ROWSxCOLUMNS_SUFFIX`.
  @inlinable @inline(__always)
  public init<V: KernelVector, let rows: Int, let vectors: Int>(
    _: V.Type, rows shape: InlineArray<rows, Void>.Type, vectors width: InlineArray<vectors, Void>.Type,
    suffix: String
  ) {
    name = "pixel_sgemm_\(rows)x\(vectors * V.scalarCount)_\(suffix)"
    self.rows = rows
    columns = vectors * V.scalarCount
    loads = Double(rows + vectors) / Double(rows * vectors)
    run = { multiplyPixelTile($0, V.self, rows: shape, vectors: width) }
  }
}

/// The pixel micro-kernel: `rows`·`vectors` sums in registers, each one chain over the steps.
@inlinable @inline(__always)
public func multiplyPixelTile<V: KernelVector, let rows: Int, let vectors: Int>(
  _ tile: borrowing PixelTile, _: V.Type, rows _: InlineArray<rows, Void>.Type,
  vectors _: InlineArray<vectors, Void>.Type
) {
  var sums = InlineArray<rows, InlineArray<vectors, V>>(
    repeating: InlineArray<vectors, V>(repeating: V(repeating: 0)))
  let offsets = tile.offsets
  var a = tile.a
  for step in 0..<tile.steps {
    let b = tile.b + offsets[step]
    let ahead = tile.b + offsets[step &+ PixelTile.lookahead]
    for n in 0..<vectors { efgr_prefetch(ahead + n &* V.scalarCount) }
    var pixels = InlineArray<vectors, V>(repeating: V(repeating: 0))
    for n in 0..<vectors { pixels[unchecked: n] = V.load(b, n &* V.scalarCount) }
    for m in 0..<rows {
      let weight = V(repeating: a[m])
      for n in 0..<vectors {
        sums[unchecked: m][unchecked: n] = sums[unchecked: m][unchecked: n]
          .adding(product: weight, pixels[unchecked: n])
      }
    }
    a += rows
  }
  storeSums(
    sums, UnsafeMutableRawPointer(tile.c), rowBytes: tile.cStride &* MemoryLayout<Float>.stride,
    adds: tile.accumulates)
}
