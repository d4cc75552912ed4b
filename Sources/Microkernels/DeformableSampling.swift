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

extension VectorLoops {
  /// Interpolates all channels of one position: for every channel block, `depth` consecutive floats at each corner
  /// become `depth` floats of the column buffer.
  ///
  /// Per value four roundings of products and sums (fused) after the weight's own.
  @inlinable @inline(__always)
  public static func gather(
    _ map: In, _ sample: borrowing BilinearSample, _ columns: Out,
    blocks: Int, depth: Int, blockStride: Int, columnStride: Int
  ) {
    let w0 = V(repeating: sample.weights.0)
    let w1 = V(repeating: sample.weights.1)
    let w2 = V(repeating: sample.weights.2)
    let w3 = V(repeating: sample.weights.3)
    var corners = (
      map + sample.offsets.0, map + sample.offsets.1, map + sample.offsets.2, map + sample.offsets.3
    )
    var target = columns
    for _ in 0..<blocks {
      var k = 0
      while k &+ lanes <= depth {
        (V.load(corners.0, k) * w0).adding(product: V.load(corners.1, k), w1)
          .adding(product: V.load(corners.2, k), w2).adding(product: V.load(corners.3, k), w3)
          .store(target, k)
        k &+= lanes
      }
      while k < depth {
        let top = corners.0[k] * sample.weights.0 + corners.1[k] * sample.weights.1
        target[k] = top + corners.2[k] * sample.weights.2 + corners.3[k] * sample.weights.3
        k &+= 1
      }
      corners = (
        corners.0 + blockStride, corners.1 + blockStride, corners.2 + blockStride, corners.3 + blockStride
      )
      target += columnStride
    }
  }
}
