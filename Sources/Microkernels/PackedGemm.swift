public import CLanes

/// The arguments of a packed GEMM micro-kernel: a strip of register tiles, each of MR rows × NR output channels over all
/// channels of one matrix product, that share a panel of weights.
///
/// C[m, n] = Σ_k a[k / 16][m][k mod 16] · b[k][n] for each tile: sixteen channels of a row lie side by side, the MR rows of a
/// channel block behind one another, so that every operand has a constant displacement from one of two moving pointers.
@frozen
public struct PackedStrip {
  /// Rows of the first tile, [channel blocks][MR][16], 64-byte aligned. What lies behind a tile's is asked for too: the next
  /// tile's rows best lie there.
  public var a: UnsafePointer<Float>
  /// Elements from a tile's rows to the next tile's.
  public var tileStride: Int
  /// One panel of weights, [channels][NR], 64-byte aligned.
  public var b: UnsafePointer<Float>
  /// The sums, [tiles][MR][NR], 64-byte aligned.
  public var c: UnsafeMutablePointer<Float>
  /// At least 1.
  public var tiles: Int
  /// Channel blocks of sixteen; at least 1.
  public var blocks: Int
  /// Channel blocks whose products are summed in one chain, before the chain is added to the sums; at least 1.
  public var blocksPerChain: Int
  /// Whether the sums are added to what `c` holds, or replace it.
  public var accumulates: Bool
  /// What is asked for into the second-level cache meanwhile: the panel of as many weights that will be read next.
  public var next: UnsafePointer<Float>

  /// Every field in its order; without `next`, weights are asked for that are being read.
  @inlinable
  public init(
    a: UnsafePointer<Float>, tileStride: Int, b: UnsafePointer<Float>, c: UnsafeMutablePointer<Float>,
    tiles: Int, blocks: Int, blocksPerChain: Int, accumulates: Bool = false,
    next: UnsafePointer<Float>? = nil
  ) {
    self.a = a
    self.tileStride = tileStride
    self.b = b
    self.c = c
    self.tiles = tiles
    self.blocks = blocks
    self.blocksPerChain = blocksPerChain
    self.accumulates = accumulates
    self.next = next ?? b
  }

  /// Channels in a block.
  @inlinable @inline(__always) public static var depth: Int { 16 }
  /// Bytes that come at once.
  @inlinable @inline(__always) static var lineBytes: Int { 64 }
  /// How many blocks before their turn rows are asked for: several times what the last-level cache takes to answer.
  @inlinable @inline(__always) static var blocksAhead: Int { 8 }
}

/// How the tiles of a strip ask for the panel that comes next: together for all of it, spread as evenly over their time as
/// whole lines allow. A core has done a tile's products by the time that memory answers, and a processor's own guesses end
/// with every page: without asking, products of 36 rows took 1.5 times as long. But a core waits for some sixteen lines at a
/// time, no more: where the first four of five tiles asked for all, products took 1.05 times as long; where the first alone
/// did, 1.25.
@frozen
public struct PanelLookahead {
  /// Whether every product step of an asking tile asks for a line, or every fourth: enough where that makes as many lines,
  /// over all tiles, as the panel has.
  public let isDense: Bool
  /// Bytes from what one step asks for to what the next does: no more than a cache line, so that none is left out.
  public let step: Int
  /// Every how many tiles one asks: where a tile's share is less than a line every time, the others ask for nothing.
  public let interval: Int
  /// Tiles until the next that asks.
  @usableFromInline var rest = 0

  /// - Parameters:
  ///   - columns: NR.
  ///   - tiles: how many tiles share a panel's weights.
  @inlinable @inline(__always)
  public init(columns: Int, tiles: Int) {
    let line = PackedStrip.lineBytes
    let blockBytes = PackedStrip.depth &* columns &* MemoryLayout<Float>.stride
    isDense = blockBytes > tiles &* (PackedStrip.depth / 4) &* line
    let perBlock = isDense ? PackedStrip.depth : PackedStrip.depth / 4
    interval = max(1, tiles &* perBlock &* line / blockBytes)
    let asks = (tiles &+ interval &- 1) / interval &* perBlock
    step = min(line, (blockBytes &+ asks &- 1) / asks)
  }

  /// How often the product steps of a channel block ask.
  @inlinable @inline(__always)
  public var asksPerBlock: Int { isDense ? PackedStrip.depth : PackedStrip.depth / 4 }

  /// The step of the tile whose turn it is: ``step``, or 0 where it asks for nothing new.
  ///
  /// - Parameter left: bytes of the panel that no tile has asked for; none where those before it asked for all.
  @inlinable @inline(__always)
  public mutating func takeTurn(left: Int) -> Int {
    let asks = rest == 0 && left > 0
    rest = rest == 0 ? interval &- 1 : rest &- 1
    return asks ? step : 0
  }
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
  /// Computes a strip of tiles.
  public let run: @Sendable (borrowing PackedStrip) -> Void

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
    run = { multiplyPackedStrip($0, V.self, rows: shape, vectors: width) }
  }
}

/// The packed micro-kernel. A call a strip, not a tile: what a call costs is a twentieth of a tile of 64 channels.
///
/// Summation tree: chains of 16·blocksPerChain products, then a chain over the chains.
@inlinable @inline(__always)
public func multiplyPackedStrip<V: KernelVector, let rows: Int, let vectors: Int>(
  _ strip: borrowing PackedStrip, _: V.Type, rows _: InlineArray<rows, Void>.Type,
  vectors _: InlineArray<vectors, Void>.Type
) {
  var lookahead = PanelLookahead(columns: vectors &* V.scalarCount, tiles: strip.tiles)
  var ahead = UnsafeRawPointer(strip.next)
  let end = ahead + strip.blocks &* PackedStrip.depth &* vectors &* MemoryLayout<V>.size
  for tile in 0..<strip.tiles {
    multiplyPackedTile(
      strip, tile, &ahead, step: lookahead.takeTurn(left: end - ahead), isDense: lookahead.isDense, V.self,
      rows: InlineArray<rows, Void>.self, vectors: InlineArray<vectors, Void>.self)
  }
}

/// One tile of a strip, of `rows`·`vectors` sums in registers; `ahead` moves on by `step` with every asking.
@inlinable @inline(__always)
func multiplyPackedTile<V: KernelVector, let rows: Int, let vectors: Int>(
  _ strip: borrowing PackedStrip, _ tile: Int, _ ahead: inout UnsafeRawPointer, step aheadStep: Int,
  isDense: Bool, _: V.Type, rows _: InlineArray<rows, Void>.Type, vectors _: InlineArray<vectors, Void>.Type
) {
  let size = MemoryLayout<V>.size
  let rowBytes = vectors &* size
  var a = strip.a + tile &* strip.tileStride
  var b = UnsafeRawPointer(strip.b)
  let c = UnsafeMutableRawPointer(strip.c) + tile &* rows &* rowBytes
  var left = strip.blocks
  var isFirst = !strip.accumulates
  repeat {
    var count = min(left, strip.blocksPerChain)
    left &-= count
    var sums = InlineArray<rows, InlineArray<vectors, V>>(
      repeating: InlineArray<vectors, V>(repeating: V(repeating: 0)))
    // To ask before every step is one in twenty instructions of a small tile.
    if isDense {
      repeat {
        multiplyPackedBlock(a, b, &sums) { efgr_prefetch_far(ahead + $0 &* aheadStep) }
        (a, b) = (a + rows &* PackedStrip.depth, b + PackedStrip.depth &* rowBytes)
        ahead += PackedStrip.depth &* aheadStep
        count &-= 1
      } while count != 0
    } else {
      repeat {
        multiplyPackedBlock(a, b, &sums) {
          if $0 & 3 == 0 { efgr_prefetch_far(ahead + $0 / 4 &* aheadStep) }
        }
        (a, b) = (a + rows &* PackedStrip.depth, b + PackedStrip.depth &* rowBytes)
        ahead += PackedStrip.depth / 4 &* aheadStep
        count &-= 1
      } while count != 0
    }
    storeSums(sums, c, rowBytes: rowBytes, adds: !isFirst)
    isFirst = false
  } while left > 0
}

/// The products of a channel block of a packed tile: sixteen steps, `ask` called before each with its number.
@inlinable @inline(__always)
func multiplyPackedBlock<V: KernelVector, let rows: Int, let vectors: Int>(
  _ a: UnsafePointer<Float>, _ b: UnsafeRawPointer, _ sums: inout InlineArray<rows, InlineArray<vectors, V>>,
  _ ask: (Int) -> Void
) {
  for m in 0..<rows { efgr_prefetch(a + (PackedStrip.blocksAhead &* rows &+ m) &* PackedStrip.depth) }
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
    let x = V(repeating: a[m &* PackedStrip.depth &+ k])
    for n in 0..<vectors {
      sums[unchecked: m][unchecked: n] = sums[unchecked: m][unchecked: n]
        .adding(product: x, row[unchecked: n])
    }
  }
}
