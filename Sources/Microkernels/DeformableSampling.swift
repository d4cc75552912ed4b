/// One bilinear sample of a blocked feature map: where its four corners lie and what they weigh. A corner outside the
/// map weighs 0 and points at some element inside.
public struct BilinearSample {
  /// Offsets of the corners' pixels, in elements: top left, top right, bottom left, bottom right.
  public var offsets: (Int, Int, Int, Int)
  /// What the corners weigh, in the same order.
  public var weights: (Float, Float, Float, Float)

  /// A sample from its corners.
  public init(offsets: (Int, Int, Int, Int), weights: (Float, Float, Float, Float)) {
    self.offsets = offsets
    self.weights = weights
  }
}

/// Samples of neighbouring rows of a packed product, see ``PackedStrip``, and where their channels go: a row of sixteen for
/// every channel block.
@frozen
public struct BilinearGather {
  /// A blocked feature map.
  public var map: UnsafePointer<Float>
  /// A sample for each row.
  public var samples: UnsafePointer<BilinearSample>
  /// Samples.
  public var count: Int
  /// The first row. Those of a group lie behind one another.
  public var target: UnsafeMutablePointer<Float>
  /// MR: rows of a group.
  public var rows: Int
  /// Elements from a group of rows to the next.
  public var groupStride: Int
  /// Channel blocks.
  public var blocks: Int
  /// Channels of a block, at most sixteen.
  public var depth: Int
  /// Elements from a channel block of the map to the next.
  public var blockStride: Int
  /// Elements from a channel block of a row to the next.
  public var targetBlockStride: Int

  /// Every field in its order.
  @inlinable
  public init(
    map: UnsafePointer<Float>, samples: UnsafePointer<BilinearSample>, count: Int,
    target: UnsafeMutablePointer<Float>, rows: Int, groupStride: Int, blocks: Int, depth: Int,
    blockStride: Int, targetBlockStride: Int
  ) {
    self.map = map
    self.samples = samples
    self.count = count
    self.target = target
    self.rows = rows
    self.groupStride = groupStride
    self.blocks = blocks
    self.depth = depth
    self.blockStride = blockStride
    self.targetBlockStride = targetBlockStride
  }
}

extension VectorLoops {
  /// Interpolates all channels of each sample's position.
  ///
  /// Per value four roundings of products and sums (fused) after the weight's own.
  @inlinable @inline(__always)
  public static func gather(_ gather: borrowing BilinearGather) {
    guard gather.depth == PackedStrip.depth else { return gatherFew(gather) }
    for block in 0..<gather.blocks {
      let map = gather.map + block &* gather.blockStride
      var group = gather.target + block &* gather.targetBlockStride
      var sample = gather.samples
      var left = gather.count
      while left > 0 {
        let rows = min(left, gather.rows)
        for row in 0..<rows {
          interpolate(map, sample + row, group + row &* PackedStrip.depth)
        }
        group += gather.groupStride
        sample += rows
        left &-= rows
      }
    }
  }

  /// All sixteen channels of one sample.
  @inlinable @inline(__always)
  static func interpolate(_ map: In, _ sample: UnsafePointer<BilinearSample>, _ row: Out) {
    let (offsets, weights) = (sample.pointee.offsets, sample.pointee.weights)
    let (w0, w1) = (V(repeating: weights.0), V(repeating: weights.1))
    let (w2, w3) = (V(repeating: weights.2), V(repeating: weights.3))
    var k = 0
    while k < PackedStrip.depth {
      (V.load(map + offsets.0, k) * w0).adding(product: V.load(map + offsets.1, k), w1)
        .adding(product: V.load(map + offsets.2, k), w2).adding(product: V.load(map + offsets.3, k), w3)
        .store(row, k)
      k &+= lanes
    }
  }

  /// Blocks of fewer channels, in which vectors have no place. Apart, because what the compiler makes of these loops took
  /// half of the other ones' time when it stood between them.
  @inlinable @inline(never)
  static func gatherFew(_ gather: borrowing BilinearGather) {
    for index in 0..<gather.count {
      let (offsets, weights) = (gather.samples[index].offsets, gather.samples[index].weights)
      let (group, row) = index.quotientAndRemainder(dividingBy: gather.rows)
      for block in 0..<gather.blocks {
        let map = gather.map + block &* gather.blockStride
        let target =
          gather.target + group &* gather.groupStride + block &* gather.targetBlockStride + row
          &* PackedStrip.depth
        for k in 0..<gather.depth {
          let top = map[offsets.0 &+ k] * weights.0 + map[offsets.1 &+ k] * weights.1
          target[k] = top + map[offsets.2 &+ k] * weights.2 + map[offsets.3 &+ k] * weights.3
        }
      }
    }
  }
}
