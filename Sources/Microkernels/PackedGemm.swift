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

  /// Memory that will be read soon: every product step, or every fourth one, asks for the cache line at an address, which
  /// moves on by some bytes.
  @frozen
  public struct Lookahead {
    /// The first address.
    public var start: UnsafePointer<Float>
    /// Bytes from an address to the next one: no more than a cache line, so that none is left out.
    public var step: Int
    /// Whether every product step asks, or every fourth.
    public var isDense: Bool

    /// Every field in its order.
    @inlinable
    public init(start: UnsafePointer<Float>, step: Int, isDense: Bool) {
      self.start = start
      self.step = step
      self.isDense = isDense
    }

    /// How often the product steps of a channel block ask.
    @inlinable @inline(__always) public var asksPerBlock: Int { isDense ? depth : depth / 4 }
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
    self.ahead = ahead ?? Lookahead(start: b, step: 0, isDense: false)
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
  /// products took 1.05 times as long; where the first alone did, 1.25.
  ///
  /// - Parameters:
  ///   - tiles: how many tiles share the weights.
  ///   - blocks: channel blocks of a tile.
  @inlinable
  public func ahead(
    _ next: UnsafePointer<Float>?, tile index: Int, of tiles: Int, blocks: Int
  ) -> PackedTile.Lookahead? {
    let blockBytes = PackedTile.depth * columns * MemoryLayout<Float>.stride
    // Every fourth step is enough where that makes as many lines, over all tiles, as the panel has.
    let isDense = blockBytes > tiles * PackedTile.depth / 4 * PackedTile.lineBytes
    guard let next else { return nil }
    var ahead = PackedTile.Lookahead(start: next, step: 0, isDense: isDense)
    // Where a tile's share is less than a line every time, some tiles ask for more and the others for nothing.
    let stride = max(1, tiles * ahead.asksPerBlock * PackedTile.lineBytes / blockBytes)
    guard index.isMultiple(of: stride) else { return nil }
    let asks = (tiles + stride - 1) / stride * ahead.asksPerBlock
    ahead.step = min(PackedTile.lineBytes, (blockBytes + asks - 1) / asks)
    let first = index / stride * ahead.asksPerBlock * blocks * ahead.step
    guard first < blocks * blockBytes else { return nil }
    ahead.start += first / MemoryLayout<Float>.stride
    return ahead
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
    var block = 0
    // To ask before every step is one in twenty instructions of a small tile.
    if tile.ahead.isDense {
      repeat {
        multiplyPackedBlock(a, b, &sums) { efgr_prefetch_far(ahead + $0 &* aheadStep) }
        (a, b) = (a + rows &* PackedTile.depth, b + PackedTile.depth &* rowBytes)
        ahead += PackedTile.depth &* aheadStep
        block &+= 1
      } while block < count
    } else {
      repeat {
        multiplyPackedBlock(a, b, &sums) {
          if $0 & 3 == 0 { efgr_prefetch_far(ahead + $0 / 4 &* aheadStep) }
        }
        (a, b) = (a + rows &* PackedTile.depth, b + PackedTile.depth &* rowBytes)
        ahead += PackedTile.depth / 4 &* aheadStep
        block &+= 1
      } while block < count
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

/// The products of a channel block of a packed tile: sixteen steps, `ask` called before each with its number.
@inlinable @inline(__always)
func multiplyPackedBlock<V: KernelVector, let rows: Int, let vectors: Int>(
  _ a: UnsafePointer<Float>, _ b: UnsafeRawPointer, _ sums: inout InlineArray<rows, InlineArray<vectors, V>>,
  _ ask: (Int) -> Void
) {
  for m in 0..<rows { efgr_prefetch(a + (PackedTile.blocksAhead &* rows &+ m) &* PackedTile.depth) }
  let rowBytes = vectors &* MemoryLayout<V>.size
  // Four steps at a time: the loop then ends after few enough rounds for the processor to foresee it.
  for quarter in 0..<4 {
    let k = quarter &* 4
    // Written out: the loop's own instructions would be a tenth of all.
    ask(k)
    multiplyPackedStep(a, k, b + k &* rowBytes, &sums)
    ask(k &+ 1)
    multiplyPackedStep(a, k &+ 1, b + (k &+ 1) &* rowBytes, &sums)
    ask(k &+ 2)
    multiplyPackedStep(a, k &+ 2, b + (k &+ 2) &* rowBytes, &sums)
    ask(k &+ 3)
    multiplyPackedStep(a, k &+ 3, b + (k &+ 3) &* rowBytes, &sums)
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
