import CLanes

/// The arguments of a GEMM micro-kernel: one register tile of MR pixels × NR output channels over a range of taps.
///
/// The left operand is never packed. A *tap* is one offset into a blocked feature map (channel block, kernel row,
/// kernel column), under which `depth` consecutive floats (the channels of the block) belong to each pixel:
/// C[m, n] (+)= Σ_t Σ_k a[pixels[m] + taps[t] + k] · b[t·depth + k, n]. Stride, padding, dilation and groups are all a
/// matter of the two offset tables.
public struct GemmTile {
  /// The blocked map; offsets count from here.
  public var a: UnsafePointer<Float>
  /// MR offsets, in elements, one per pixel of the tile.
  public var pixels: UnsafePointer<Int>
  /// `tapCount` offsets, in elements.
  public var taps: UnsafePointer<Int>
  /// How many taps the tile's sums run over.
  public var tapCount: Int
  /// Consecutive products per tap; at least 1.
  public var depth: Int
  /// Packed weights, [tapCount · depth][NR], 64-byte aligned.
  public var b: UnsafePointer<Float>
  /// The tile's sums, [MR][NR], 64-byte aligned.
  public var c: UnsafeMutablePointer<Float>
  /// Whether the sums are added to what `c` holds, or replace it.
  public var accumulate: Bool

  /// Every field in its order.
  public init(
    a: UnsafePointer<Float>, pixels: UnsafePointer<Int>, taps: UnsafePointer<Int>, tapCount: Int, depth: Int,
    b: UnsafePointer<Float>, c: UnsafeMutablePointer<Float>, accumulate: Bool
  ) {
    self.a = a
    self.pixels = pixels
    self.taps = taps
    self.tapCount = tapCount
    self.depth = depth
    self.b = b
    self.c = c
    self.accumulate = accumulate
  }
}

/// The tile of a micro-kernel, whose sums stay in registers.
public protocol RegisterTile {
  /// MR.
  var rows: Int { get }
  /// NR.
  var columns: Int { get }
  /// Operands loaded per multiply–add of a vector: (MR + NR/lanes) ÷ (MR·NR/lanes).
  var loads: Double { get }
}

/// A GEMM micro-kernel of one tile size: the row of the table that gives a kernel its use, its tests and its
/// benchmark.
public struct GemmKernel: RegisterTile, Sendable {
  /// Type, tile and instruction set: `sgemm_8x32_avx512`.
  public let name: String
  /// MR: pixels in a tile.
  public let rows: Int
  /// NR: output channels in a tile.
  public let columns: Int
  /// See ``RegisterTile/loads``.
  public let loads: Double
  /// Computes one tile.
  public let run: @Sendable (borrowing GemmTile) -> Void

  /// A row of the table: a tile of `rows` × `vectors` vectors `V`, called `sgemm_ROWSxCOLUMNS_SUFFIX`.
  @inlinable @inline(__always)
  public init<V: KernelVector, let rows: Int, let vectors: Int>(
    _: V.Type, rows shape: InlineArray<rows, Void>.Type, vectors width: InlineArray<vectors, Void>.Type,
    suffix: String
  ) {
    name = "sgemm_\(rows)x\(vectors * V.scalarCount)_\(suffix)"
    self.rows = rows
    columns = vectors * V.scalarCount
    loads = Double(rows + vectors) / Double(rows * vectors)
    run = { multiplyTile($0, V.self, rows: shape, vectors: width) }
  }
}

/// The micro-kernel: `rows` pixels by `vectors` vectors of output channels held in registers. Per product step it
/// loads `vectors` vectors of weights and broadcasts `rows` floats, for `rows`·`vectors` multiply–adds.
///
/// The sum of each element is one sequential chain over the taps: height tapCount·depth.
@inlinable @inline(__always)
public func multiplyTile<V: KernelVector, let rows: Int, let vectors: Int>(
  _ tile: borrowing GemmTile, _: V.Type, rows _: InlineArray<rows, Void>.Type,
  vectors _: InlineArray<vectors, Void>.Type
) {
  var sums = InlineArray<rows, InlineArray<vectors, V>>(
    repeating: InlineArray<vectors, V>(repeating: V(repeating: 0)))
  // A row's pointer stays where it is, and the tap's offset is the index from it: taps cost no addition per row.
  var inputs = InlineArray<rows, UnsafePointer<Float>>(repeating: tile.a)
  for m in 0..<rows { inputs[unchecked: m] = tile.a + tile.pixels[m] }
  let rowBytes = vectors &* MemoryLayout<V>.size
  var weights = UnsafeRawPointer(tile.b)
  // Each way has one loop of steps, which is entered at least once: where steps might be left over, or none be there, the
  // compiler keeps the sums twice, more than there are registers.
  if tile.depth & 3 == 0 {
    // Four steps at a time: the loop then ends after few enough rounds for the processor to foresee it.
    for tap in 0..<tile.tapCount {
      var k = tile.taps[tap]
      let end = k &+ tile.depth
      repeat {
        multiplyStep(inputs, k, weights, &sums)
        multiplyStep(inputs, k &+ 1, weights + rowBytes, &sums)
        multiplyStep(inputs, k &+ 2, weights + 2 &* rowBytes, &sums)
        multiplyStep(inputs, k &+ 3, weights + 3 &* rowBytes, &sums)
        weights += 4 &* rowBytes
        k &+= 4
      } while k < end
    }
  } else {
    for tap in 0..<tile.tapCount {
      var k = tile.taps[tap]
      let end = k &+ tile.depth
      repeat {
        multiplyStep(inputs, k, weights, &sums)
        weights += rowBytes
        k &+= 1
      } while k < end
    }
  }
  storeSums(sums, UnsafeMutableRawPointer(tile.c), rowBytes: rowBytes, adds: tile.accumulate)
}

/// Writes a tile's sums to memory, or adds them to what is there.
///
/// Which of both is asked once: asked anew before the sums, as the compiler leaves it, storing a tile of 5×16 after every 32
/// products took a tenth of the time more with AVX2, one of 6×16 a twentieth.
@inlinable @inline(__always)
func storeSums<V: KernelVector, let rows: Int, let vectors: Int>(
  _ sums: borrowing InlineArray<rows, InlineArray<vectors, V>>, _ c: UnsafeMutableRawPointer, rowBytes: Int,
  adds: Bool
) {
  efgr_forget_memory()
  if adds {
    for m in 0..<rows {
      let row = c + m &* rowBytes
      for n in 0..<vectors {
        let offset = n &* MemoryLayout<V>.size
        let sum = sums[unchecked: m][unchecked: n] + row.loadUnaligned(fromByteOffset: offset, as: V.self)
        row.storeBytes(of: sum, toByteOffset: offset, as: V.self)
      }
    }
  } else {
    for m in 0..<rows {
      let row = c + m &* rowBytes
      for n in 0..<vectors {
        row.storeBytes(
          of: sums[unchecked: m][unchecked: n], toByteOffset: n &* MemoryLayout<V>.size, as: V.self)
      }
    }
  }
}

/// One product step of a tile: sums[m][n] += inputs[m][k] · weights[n].
@inlinable @inline(__always)
func multiplyStep<V: KernelVector, let rows: Int, let vectors: Int>(
  _ inputs: borrowing InlineArray<rows, UnsafePointer<Float>>, _ k: Int, _ weights: UnsafeRawPointer,
  _ sums: inout InlineArray<rows, InlineArray<vectors, V>>
) {
  var row = InlineArray<vectors, V>(repeating: V(repeating: 0))
  for n in 0..<vectors {
    row[unchecked: n] = weights.load(fromByteOffset: n &* MemoryLayout<V>.size, as: V.self)
  }
  for m in 0..<rows {
    let x = V(repeating: inputs[unchecked: m][k])
    for n in 0..<vectors {
      sums[unchecked: m][unchecked: n] = sums[unchecked: m][unchecked: n]
        .adding(product: x, row[unchecked: n])
    }
  }
}
