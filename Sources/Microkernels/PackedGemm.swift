public import CLanes

/// The arguments of a packed GEMM micro-kernel: one register tile of MR rows × NR output channels over all channels of
/// one matrix product.
///
/// C[m, n] = Σ_k a[k / 16][m][k mod 16] · b[k][n]: sixteen channels of a row lie side by side, the MR rows of a channel
/// block behind one another, so that every operand has a constant displacement from one of two moving pointers.
@frozen
public struct PackedTile {
  /// Rows of one tile, [channel blocks][MR][16], 64-byte aligned. What lies behind them is asked for too: the next tile's
  /// rows best lie there.
  public var a: UnsafePointer<Float>
  /// One panel of weights, [channels][NR], 64-byte aligned.
  public var b: UnsafePointer<Float>
  /// The tile's sums, [MR][NR], 64-byte aligned.
  public var c: UnsafeMutablePointer<Float>
  /// Channel blocks of sixteen; at least 1.
  public var blocks: Int
  /// Channel blocks whose products are summed in one chain, before the chain is added to the sums; at least 1.
  public var blocksPerChain: Int
  /// Whether the sums are added to what `c` holds, or replace it.
  public var accumulates: Bool
  /// What is asked for into the second-level cache meanwhile.
  public var ahead: Lookahead

  /// Memory that will be read soon: every product step asks for the cache line at an address, which moves on by some
  /// bytes.
  @frozen
  public struct Lookahead {
    /// The first step's address.
    public var start: UnsafePointer<Float>
    /// Bytes from a step's address to the next one's: no more than a cache line, so that none is left out.
    public var step: Int

    /// Both.
    @inlinable
    public init(start: UnsafePointer<Float>, step: Int) {
      self.start = start
      self.step = step
    }
  }

  /// Every field in its order; without `ahead`, one line is asked for that is being read.
  @inlinable
  public init(
    a: UnsafePointer<Float>, b: UnsafePointer<Float>, c: UnsafeMutablePointer<Float>, blocks: Int,
    blocksPerChain: Int, accumulates: Bool = false, ahead: Lookahead? = nil
  ) {
    self.a = a
    self.b = b
    self.c = c
    self.blocks = blocks
    self.blocksPerChain = blocksPerChain
    self.accumulates = accumulates
    self.ahead = ahead ?? Lookahead(start: b, step: 0)
  }

  /// Channels in a block.
  @inlinable @inline(__always) public static var depth: Int { 16 }
  /// Bytes that come at once.
  @inlinable @inline(__always) static var lineBytes: Int { 64 }
  /// How many blocks before their turn rows are asked for: several times what the last-level cache takes to answer.
  @inlinable @inline(__always) static var blocksAhead: Int { 8 }
}

/// A packed GEMM micro-kernel of one tile size; see ``GemmKernel``.
public struct PackedGemmKernel: RegisterTile, Sendable {
  /// Type, tile and instruction set: `packed_sgemm_13x32_avx512`.
  public let name: String
  /// MR.
  public let rows: Int
  /// NR: output channels in a tile.
  public let columns: Int
  /// See ``RegisterTile/loads``.
  public let loads: Double
  /// Computes one tile.
  public let run: @Sendable (borrowing PackedTile) -> Void

  /// A row of the table: a tile of `rows` × `vectors` vectors `V`, called `packed_sgemm_ROWSxCOLUMNS_SUFFIX`.
  @inlinable @inline(__always)
  public init<V: KernelVector, let rows: Int, let vectors: Int>(
    _: V.Type, rows shape: InlineArray<rows, Void>.Type, vectors width: InlineArray<vectors, Void>.Type,
    suffix: String
  ) {
    name = "packed_sgemm_\(rows)x\(vectors * V.scalarCount)_\(suffix)"
    self.rows = rows
    columns = vectors * V.scalarCount
    loads = Double(rows + vectors) / Double(rows * vectors)
    run = { multiplyPackedTile($0, V.self, rows: shape, vectors: width) }
  }
}

extension PackedGemmKernel {
  /// What the `index`-th of the tiles that share a panel's weights asks for: together they fetch the panel that comes next,
  /// spread as evenly over their time as whole lines allow. A core has done a tile's products by the time that memory
  /// answers, and a processor's own guesses end with every page: without asking, products of 36 rows took 1.5 times as
  /// long. But a core waits for some sixteen lines at a time, no more: where the first four of five tiles asked for all,
  /// products took 1.05 times as long.
  ///
  /// - Parameters:
  ///   - tiles: how many tiles share the weights.
  ///   - blocks: channel blocks of a tile.
  @inlinable
  public func ahead(
    _ next: UnsafePointer<Float>?, tile index: Int, of tiles: Int, blocks: Int
  ) -> PackedTile.Lookahead? {
    let (stepBytes, steps) = (columns * MemoryLayout<Float>.stride, blocks * PackedTile.depth)
    // Where a tile's share is less than a line for every step, some tiles ask for more and the others for nothing.
    let stride = max(1, tiles * PackedTile.lineBytes / stepBytes)
    guard let next, index.isMultiple(of: stride) else { return nil }
    let asking = (tiles + stride - 1) / stride
    let step = min(PackedTile.lineBytes, (stepBytes + asking - 1) / asking)
    let first = index / stride * steps * step
    guard first < steps * stepBytes else { return nil }
    return PackedTile.Lookahead(start: next + first / MemoryLayout<Float>.stride, step: step)
  }
}

/// The packed micro-kernel: `rows`·`vectors` sums in registers.
///
/// Summation tree: chains of 16·blocksPerChain products, then a chain over the chains.
@inlinable @inline(__always)
public func multiplyPackedTile<V: KernelVector, let rows: Int, let vectors: Int>(
  _ tile: borrowing PackedTile, _: V.Type, rows _: InlineArray<rows, Void>.Type,
  vectors _: InlineArray<vectors, Void>.Type
) {
  let size = MemoryLayout<V>.size
  let rowBytes = vectors &* size
  var a = tile.a
  var b = UnsafeRawPointer(tile.b)
  var left = tile.blocks
  var ahead = UnsafeRawPointer(tile.ahead.start)
  let aheadStep = tile.ahead.step
  var isFirst = !tile.accumulates
  while left > 0 {
    let count = min(left, tile.blocksPerChain)
    var sums = InlineArray<rows, InlineArray<vectors, V>>(
      repeating: InlineArray<vectors, V>(repeating: V(repeating: 0)))
    for _ in 0..<count {
      for m in 0..<rows {
        efgr_prefetch(a + (PackedTile.blocksAhead &* rows &+ m) &* PackedTile.depth)
      }
      // Four steps at a time: the loop then ends after few enough rounds for the processor to foresee it.
      for quarter in 0..<4 {
        // Written out: the loop's own instructions would be a tenth of all.
        efgr_prefetch_far(ahead)
        multiplyPackedStep(a, quarter &* 4, b, &sums)
        efgr_prefetch_far(ahead + aheadStep)
        multiplyPackedStep(a, quarter &* 4 &+ 1, b + rowBytes, &sums)
        efgr_prefetch_far(ahead + 2 &* aheadStep)
        multiplyPackedStep(a, quarter &* 4 &+ 2, b + 2 &* rowBytes, &sums)
        efgr_prefetch_far(ahead + 3 &* aheadStep)
        multiplyPackedStep(a, quarter &* 4 &+ 3, b + 3 &* rowBytes, &sums)
        b += 4 &* rowBytes
        ahead += 4 &* aheadStep
      }
      a += rows &* PackedTile.depth
    }
    let c = UnsafeMutableRawPointer(tile.c)
    efgr_forget_memory()
    for m in 0..<rows {
      for n in 0..<vectors {
        let offset = (m &* vectors &+ n) &* size
        var sum = sums[unchecked: m][unchecked: n]
        if !isFirst { sum += c.load(fromByteOffset: offset, as: V.self) }
        c.storeBytes(of: sum, toByteOffset: offset, as: V.self)
      }
    }
    isFirst = false
    left &-= count
  }
}

/// One product step of a packed tile: sums[m][n] += a[m][k] · weights[n].
@inlinable @inline(__always)
func multiplyPackedStep<V: KernelVector, let rows: Int, let vectors: Int>(
  _ a: UnsafePointer<Float>, _ k: Int, _ weights: UnsafeRawPointer,
  _ sums: inout InlineArray<rows, InlineArray<vectors, V>>
) {
  var row = InlineArray<vectors, V>(repeating: V(repeating: 0))
  for n in 0..<vectors {
    row[unchecked: n] = weights.load(fromByteOffset: n &* MemoryLayout<V>.size, as: V.self)
  }
  for m in 0..<rows {
    let x = V(repeating: a[m &* PackedTile.depth &+ k])
    for n in 0..<vectors {
      sums[unchecked: m][unchecked: n] = sums[unchecked: m][unchecked: n]
        .adding(product: x, row[unchecked: n])
    }
  }
}
