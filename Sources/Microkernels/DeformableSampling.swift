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

/// Samples of neighbouring rows of a packed product, see ``PackedTile``, and where their channels go: a row of sixteen for
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
    var group = gather.target
    var row = 0
    for index in 0..<gather.count {
      interpolate(gather, gather.samples + index, group + row &* PackedTile.depth)
      row &+= 1
      if row == gather.rows {
        group += gather.groupStride
        row = 0
      }
    }
  }

  @inlinable @inline(__always)
  static func interpolate(
    _ gather: borrowing BilinearGather, _ sample: UnsafePointer<BilinearSample>, _ row: Out
  ) {
    let weights = sample.pointee.weights
    let offsets = sample.pointee.offsets
    let (w0, w1, w2, w3) = (
      V(repeating: weights.0), V(repeating: weights.1), V(repeating: weights.2), V(repeating: weights.3)
    )
    for block in 0..<gather.blocks {
      let map = gather.map + block &* gather.blockStride
      let target = row + block &* gather.targetBlockStride
      let (c0, c1, c2, c3) = (map + offsets.0, map + offsets.1, map + offsets.2, map + offsets.3)
      var k = 0
      while k &+ lanes <= gather.depth {
        (V.load(c0, k) * w0).adding(product: V.load(c1, k), w1)
          .adding(product: V.load(c2, k), w2).adding(product: V.load(c3, k), w3)
          .store(target, k)
        k &+= lanes
      }
      while k < gather.depth {
        let top = c0[k] * weights.0 + c1[k] * weights.1
        target[k] = top + c2[k] * weights.2 + c3[k] * weights.3
        k &+= 1
      }
    }
  }
}
