extension VectorLoops {
  /// Two-step decoding of `count` boxes (see efgrnet.md): priors refined by `arm`, then by `odm`, to corners. All
  /// arrays hold four floats per box.
  @inlinable @inline(__always)
  public static func decode(
    arm: In, odm: In, priors: In, _ corners: Out, _ count: Int, centreVariance: Float, sizeVariance: Float
  ) {
    var i = 0
    while i < count {
      let valid = min(lanes, count &- i)
      var box = Box(priors + 4 &* i, valid)
      box.refine(by: Box(arm + 4 &* i, valid), centreVariance, sizeVariance)
      box.refine(by: Box(odm + 4 &* i, valid), centreVariance, sizeVariance)
      box.storeCorners(corners + 4 &* i, valid)
      i &+= lanes
    }
  }

  /// As many boxes as there are lanes, one vector per coordinate: centre and size.
  @usableFromInline
  struct Box {
    @usableFromInline var x: V
    @usableFromInline var y: V
    @usableFromInline var width: V
    @usableFromInline var height: V

    @inlinable @inline(__always)
    init(_ source: In, _ valid: Int) {
      x = V()
      y = V()
      width = V()
      height = V()
      for lane in 0..<valid {
        x[lane] = source[4 &* lane]
        y[lane] = source[4 &* lane &+ 1]
        width[lane] = source[4 &* lane &+ 2]
        height[lane] = source[4 &* lane &+ 3]
      }
    }

    /// centre += delta·variance·size, size ·= e^(delta·variance).
    @inlinable @inline(__always)
    mutating func refine(by delta: Box, _ centreVariance: Float, _ sizeVariance: Float) {
      let (centre, size) = (V(repeating: centreVariance), V(repeating: sizeVariance))
      x = x.adding(product: delta.x * centre, width)
      y = y.adding(product: delta.y * centre, height)
      width *= VectorMath<V>.exp(delta.width * size)
      height *= VectorMath<V>.exp(delta.height * size)
    }

    @inlinable @inline(__always)
    func storeCorners(_ target: Out, _ valid: Int) {
      let half = V(repeating: 0.5)
      let (left, top) = (x - width * half, y - height * half)
      let (right, bottom) = (x + width * half, y + height * half)
      for lane in 0..<valid {
        target[4 &* lane] = left[lane]
        target[4 &* lane &+ 1] = top[lane]
        target[4 &* lane &+ 2] = right[lane]
        target[4 &* lane &+ 3] = bottom[lane]
      }
    }
  }
}
