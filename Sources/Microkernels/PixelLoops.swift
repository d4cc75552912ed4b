/// Loops over pixels whose channels stand side by side.
extension VectorLoops {
  /// y[j·depth + c] = max over r < rows, k < columns of x[r·rowStride + (j·step + k)·depth + c], for j < count and
  /// c < depth. At least one row and one column.
  @inlinable @inline(__always)
  public static func windowMax(
    _ x: In, _ rowStride: Int, _ y: Out, _ count: Int, depth: Int, rows: Int, columns: Int, step: Int
  ) {
    var c = 0
    while c < depth {
      let valid = min(lanes, depth &- c)
      for j in 0..<count {
        let first = x + (j &* step &* depth &+ c)
        if valid == lanes {
          var best = V.load(first)
          for r in 0..<rows {
            for k in 0..<columns { best = V.greater(V.load(first, r &* rowStride &+ k &* depth), best) }
          }
          best.store(y, j &* depth &+ c)
        } else {
          for lane in 0..<valid {
            var best = first[lane]
            for r in 0..<rows {
              for k in 0..<columns { best = max(best, first[r &* rowStride &+ k &* depth &+ lane]) }
            }
            y[j &* depth &+ c &+ lane] = best
          }
        }
      }
      c &+= lanes
    }
  }

  /// y[j·depth + c] = x[j·depth + c]·o[j] + x[j·depth + c], for j < count and c < depth.
  @inlinable @inline(__always)
  public static func modulatePixels(_ x: In, _ o: In, _ y: Out, _ count: Int, depth: Int) {
    for j in 0..<count {
      let factor = V(repeating: o[j])
      map(x + j &* depth, y + j &* depth, depth) { $0.adding(product: $0, factor) }
    }
  }
}

/// Rectangles of sums, one of every output channel, and the planes or channel blocks that they are finished into.
@frozen
public struct PlaneFinish {
  /// The first sum of the first channel.
  public var sums: UnsafePointer<Float>
  /// Elements from a channel's sums to the next one's.
  public var sumStride: Int
  /// Elements from a row of sums to the next.
  public var sumRowStride: Int
  /// Where the first value of the first channel belongs.
  public var target: UnsafeMutablePointer<Float>
  /// Elements from a channel's plane to the next one's, or from a block of sixteen channels to the next.
  public var targetStride: Int
  /// Elements from a row of a plane or a block to the next.
  public var targetRowStride: Int
  /// Output channels.
  public var channels: Int
  /// Rows of a rectangle.
  public var rows: Int
  /// Elements of a row.
  public var width: Int
  /// One factor per channel.
  public var scale: UnsafePointer<Float>
  /// One summand per channel.
  public var shift: UnsafePointer<Float>
  /// Whether values are clipped at 0.
  public var relu: Bool
  /// Whether planes are written past the caches.
  public var streams: Bool

  /// Every field in its order.
  @inlinable
  public init(
    sums: UnsafePointer<Float>, sumStride: Int, sumRowStride: Int, target: UnsafeMutablePointer<Float>,
    targetStride: Int, targetRowStride: Int, channels: Int, rows: Int, width: Int,
    scale: UnsafePointer<Float>, shift: UnsafePointer<Float>, relu: Bool, streams: Bool
  ) {
    self.sums = sums
    self.sumStride = sumStride
    self.sumRowStride = sumRowStride
    self.target = target
    self.targetStride = targetStride
    self.targetRowStride = targetRowStride
    self.channels = channels
    self.rows = rows
    self.width = width
    self.scale = scale
    self.shift = shift
    self.relu = relu
    self.streams = streams
  }
}

extension VectorLoops {
  /// sum·scale + shift, ReLU where asked, of every channel.
  @inlinable @inline(__always)
  public static func finishPlanes(_ finish: borrowing PlaneFinish) {
    for channel in 0..<finish.channels {
      let sums = finish.sums + channel &* finish.sumStride
      let target = finish.target + channel &* finish.targetStride
      for row in 0..<finish.rows {
        affine(
          sums + row &* finish.sumRowStride, target + row &* finish.targetRowStride, finish.width,
          scale: finish.scale[channel], shift: finish.shift[channel], relu: finish.relu,
          streams: finish.streams)
      }
    }
  }
}

extension VectorLoops {
  /// The same with sixteen channels of a pixel side by side: the channels fill whole blocks.
  @inlinable @inline(__always)
  public static func finishBlocks(_ finish: borrowing PlaneFinish) {
    for channel in stride(from: 0, to: finish.channels, by: lanes) {
      let (block, part) = channel.quotientAndRemainder(dividingBy: PackedStrip.depth)
      for row in 0..<finish.rows {
        let sums = finish.sums + (channel &* finish.sumStride &+ row &* finish.sumRowStride)
        let target = finish.target + (block &* finish.targetStride &+ row &* finish.targetRowStride &+ part)
        var pixel = 0
        while pixel < finish.width {
          // The last vector takes in a part of the one before it, where there is one.
          pixel = max(0, min(pixel, finish.width &- lanes))
          finishBlock(
            sums + pixel, target + pixel &* PackedStrip.depth, min(lanes, finish.width),
            finish, channel: channel)
          pixel &+= lanes
        }
      }
    }
  }

  /// As many channels as lanes of `count` pixels, at most as many as lanes.
  @inlinable @inline(__always)
  static func finishBlock(
    _ sums: In, _ target: Out, _ count: Int, _ finish: borrowing PlaneFinish, channel: Int
  ) {
    let floor = V(repeating: finish.relu ? 0 : -.infinity)
    // Sixteen is the most lanes that any vector here has.
    var block = InlineArray<16, V>(repeating: V())
    for c in 0..<lanes {
      let place = c &* finish.sumStride
      let sum = count == lanes ? V.load(sums, place) : V.load(sums, place, count: count, filler: 0)
      let (scale, shift) = (
        V(repeating: finish.scale[channel &+ c]), V(repeating: finish.shift[channel &+ c])
      )
      block[unchecked: c] = V.greater(shift.adding(product: sum, scale), floor)
    }
    block = transposed(block)
    for pixel in 0..<lanes where pixel < count {
      block[unchecked: pixel].store(target, pixel &* PackedStrip.depth)
    }
  }
}

/// Planes that are copied into ones with zeros around them, or some rows of each.
@frozen
public struct PlaneCopy {
  /// The first row of the first plane; rows lie behind one another.
  public var source: UnsafePointer<Float>
  /// Elements from a plane to the next.
  public var sourceStride: Int
  /// The first row that is written of the first target.
  public var target: UnsafeMutablePointer<Float>
  /// Elements from a target to the next.
  public var targetStride: Int
  /// Planes.
  public var planes: Int
  /// Rows of zeros above those of the source.
  public var above: Int
  /// Rows of the source.
  public var rows: Int
  /// Zeros behind them, in elements.
  public var behind: Int
  /// Elements of a source row.
  public var width: Int
  /// Zeros on either side of a row.
  public var side: Int

  /// Every field in its order.
  @inlinable
  public init(
    source: UnsafePointer<Float>, sourceStride: Int, target: UnsafeMutablePointer<Float>, targetStride: Int,
    planes: Int, above: Int, rows: Int, behind: Int, width: Int, side: Int
  ) {
    self.source = source
    self.sourceStride = sourceStride
    self.target = target
    self.targetStride = targetStride
    self.planes = planes
    self.above = above
    self.rows = rows
    self.behind = behind
    self.width = width
    self.side = side
  }
}

extension VectorLoops {
  /// Copies planes, zeros included.
  @inlinable @inline(__always)
  public static func copyPlanes(_ copy: borrowing PlaneCopy) {
    let rowStride = copy.width &+ 2 &* copy.side
    for plane in 0..<copy.planes {
      let source = copy.source + plane &* copy.sourceStride
      var target = copy.target + plane &* copy.targetStride
      clear(target, copy.above &* rowStride)
      target += copy.above &* rowStride
      for row in 0..<copy.rows {
        clear(target, copy.side)
        map(source + row &* copy.width, target + copy.side, copy.width) { $0 }
        clear(target + (copy.side &+ copy.width), copy.side)
        target += rowStride
      }
      clear(target, copy.behind)
    }
  }

  /// Writes zeros.
  @inlinable @inline(__always)
  static func clear(_ y: Out, _ count: Int) {
    var i = 0
    while i &+ lanes <= count {
      V(repeating: 0).store(y, i)
      i &+= lanes
    }
    if i < count { V(repeating: 0).store(y, i, count: count &- i) }
  }
}
