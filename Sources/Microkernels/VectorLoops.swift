/// Loops over contiguous floats, vectors first and then the tail lane by lane. Pointers need no alignment and may be
/// equal, but must not overlap otherwise; counts are in elements.
///
/// ``map(_:_:_:streams:_:)`` and ``zip(_:_:_:_:streams:_:)`` load four vectors before they store one. A processor takes a load for
/// dependent on an earlier store whose address has the same low twelve bits; with the loads in front that costs little,
/// and a layer's time depends less on where its tensors happen to lie: on Zen 3, from cache, 64–110 GB/s a vector at a
/// time and 88–112 by fours.
public enum VectorLoops<V: KernelVector> {
  /// Floats that are read.
  public typealias In = UnsafePointer<Float>
  /// Floats that are written.
  public typealias Out = UnsafeMutablePointer<Float>

  /// The lanes of a vector.
  @inlinable @inline(__always) static var lanes: Int { V.scalarCount }

  /// y = f(x).
  ///
  /// - Parameter streams: whether whole lines are written past the caches. What no cache could keep is so neither read
  ///   before it is written, nor does it drive out what is needed again; who hands it to another thread calls
  ///   `efgr_finish_streams` first.
  @inlinable @inline(__always)
  public static func map(_ x: In, _ y: Out, _ count: Int, streams: Bool = false, _ f: (V) -> V) {
    var i = 0
    if streams {
      let lead = min(count, lead(y))
      while i < lead {
        let part = min(lanes, lead &- i)
        f(V.load(x, i, count: part, filler: 0)).store(y, i, count: part)
        i &+= part
      }
      mapFours(x, &i, count, f) { $0.stream(y, $1) }
    }
    mapFours(x, &i, count, f) { $0.store(y, $1) }
    while i &+ lanes <= count {
      f(V.load(x, i)).store(y, i)
      i &+= lanes
    }
    if i < count { f(V.load(x, i, count: count &- i, filler: 0)).store(y, i, count: count &- i) }
  }

  /// y = f(x, z).
  ///
  /// - Parameter streams: as in ``map(_:_:_:streams:_:)``.
  @inlinable @inline(__always)
  public static func zip(
    _ x: In, _ z: In, _ y: Out, _ count: Int, streams: Bool = false, _ f: (V, V) -> V
  ) {
    var i = 0
    if streams {
      let lead = min(count, lead(y))
      while i < lead {
        let part = min(lanes, lead &- i)
        f(V.load(x, i, count: part, filler: 0), V.load(z, i, count: part, filler: 0)).store(y, i, count: part)
        i &+= part
      }
      zipFours(x, z, &i, count, f) { $0.stream(y, $1) }
    }
    zipFours(x, z, &i, count, f) { $0.store(y, $1) }
    while i &+ lanes <= count {
      f(V.load(x, i), V.load(z, i)).store(y, i)
      i &+= lanes
    }
    if i < count {
      let rest = count &- i
      f(V.load(x, i, count: rest, filler: 0), V.load(z, i, count: rest, filler: 0)).store(y, i, count: rest)
    }
  }

  /// f of four vectors of x at a time, from element i on as far as they go.
  @inlinable @inline(__always)
  static func mapFours(_ x: In, _ i: inout Int, _ count: Int, _ f: (V) -> V, _ put: (V, Int) -> Void) {
    while i &+ 4 &* lanes <= count {
      let (a, b) = (V.load(x, i), V.load(x, i &+ lanes))
      let (c, d) = (V.load(x, i &+ 2 &* lanes), V.load(x, i &+ 3 &* lanes))
      put(f(a), i)
      put(f(b), i &+ lanes)
      put(f(c), i &+ 2 &* lanes)
      put(f(d), i &+ 3 &* lanes)
      i &+= 4 &* lanes
    }
  }

  /// The same of vectors of x and z.
  @inlinable @inline(__always)
  static func zipFours(
    _ x: In, _ z: In, _ i: inout Int, _ count: Int, _ f: (V, V) -> V, _ put: (V, Int) -> Void
  ) {
    while i &+ 4 &* lanes <= count {
      let a = f(V.load(x, i), V.load(z, i))
      let b = f(V.load(x, i &+ lanes), V.load(z, i &+ lanes))
      let c = f(V.load(x, i &+ 2 &* lanes), V.load(z, i &+ 2 &* lanes))
      let d = f(V.load(x, i &+ 3 &* lanes), V.load(z, i &+ 3 &* lanes))
      put(a, i)
      put(b, i &+ lanes)
      put(c, i &+ 2 &* lanes)
      put(d, i &+ 3 &* lanes)
      i &+= 4 &* lanes
    }
  }

  /// The elements of y before the first one that begins a cache line: four vectors from there on are whole lines. One that
  /// is written past the caches in part, and into them in part, takes its time: planes of 25 lines took 4 to 7 times as long
  /// on Zen 3.
  @inlinable @inline(__always)
  static func lead(_ y: Out) -> Int {
    let line = PackedStrip.lineBytes / MemoryLayout<Float>.stride
    return (line &- Int(bitPattern: y) / MemoryLayout<Float>.stride % line) % line
  }

  /// y = x·scale + shift, one scale and shift for all; ReLU where asked.
  @inlinable @inline(__always)
  public static func affine(
    _ x: In, _ y: Out, _ count: Int, scale: Float, shift: Float, relu: Bool, streams: Bool = false
  ) {
    let floor = V(repeating: relu ? 0 : -.infinity)
    let (scale, shift) = (V(repeating: scale), V(repeating: shift))
    map(x, y, count, streams: streams) { V.greater(shift.adding(product: $0, scale), floor) }
  }

  /// A tile of `rows`×`columns` sums becomes values in place: sum·scale[n] + shift[n], ReLU where asked. `columns`
  /// is a multiple of the lanes.
  @inlinable @inline(__always)
  public static func finishTile(
    _ tile: Out, rows: Int, columns: Int, scale: In, shift: In, relu: Bool
  ) {
    let floor = V(repeating: relu ? 0 : -.infinity)
    var n = 0
    while n < columns {
      let (scale, shift) = (V.load(scale, n), V.load(shift, n))
      for m in 0..<rows {
        let value = shift.adding(product: V.load(tile, m &* columns &+ n), scale)
        V.greater(value, floor).store(tile, m &* columns &+ n)
      }
      n &+= lanes
    }
  }

  /// sums += x².
  @inlinable @inline(__always)
  public static func addSquares(_ x: In, _ sums: Out, _ count: Int) {
    zip(x, In(sums), sums, count) { x, sum in sum.adding(product: x, x) }
  }

  /// norms = √sums + epsilon.
  @inlinable @inline(__always)
  public static func norms(_ sums: In, _ norms: Out, _ count: Int, epsilon: Float) {
    map(sums, norms, count) { $0.roots() + V(repeating: epsilon) }
  }

  /// y = x / norms · weight.
  @inlinable @inline(__always)
  public static func divide(_ x: In, _ norms: In, _ y: Out, _ count: Int, weight: Float) {
    zip(x, norms, y, count) { $0 / $1 * V(repeating: weight) }
  }

  /// y = x·(1 − t) + z·t, one t for all.
  @inlinable @inline(__always)
  public static func interpolate(_ x: In, _ z: In, _ y: Out, _ count: Int, t: Float) {
    let (left, right) = (V(repeating: 1 - t), V(repeating: t))
    zip(x, z, y, count) { ($0 * left).adding(product: $1, right) }
  }

  /// One row's softmax: e^(x − max) · (1/Σ). The sum runs in `lanes` chains that are then added pairwise.
  @inlinable @inline(__always)
  public static func softmax(_ x: In, _ y: Out, _ count: Int) {
    var peak = V(repeating: -.infinity)
    forEachVector(x, count, filler: -.infinity) { _, _, vector in peak = V.greater(vector, peak) }
    let top = V(repeating: peak.reduced { $0 > $1 ? $0 : $1 })
    var sums = V(repeating: 0)
    forEachVector(x, count, filler: -.infinity) { i, valid, vector in
      let value = VectorMath<V>.exp(vector - top)
      if valid == lanes {
        sums += value
        value.store(y, i)
      } else {
        // In the lanes that are filled up, e^−∞ is 0.
        sums += value
        value.store(y, i, count: valid)
      }
    }
    // One division instead of one for every vector, which would take as long as the exponentials.
    let share = V(repeating: 1 / sums.reduced { $0 + $1 })
    map(In(y), y, count) { $0 * share }
  }

  /// The softmax of `rows` rows of `width` values, at most as many as there are lanes: a row to each lane, so that short
  /// rows leave none empty. The sum is one chain.
  @inlinable @inline(__always)
  public static func softmaxNarrow(_ x: In, _ y: Out, _ rows: Int, _ width: Int) {
    // Sixteen is the most lanes that any vector here has.
    var powers = InlineArray<16, V>(repeating: V(repeating: 0))
    var first = 0
    while first < rows {
      let valid = min(lanes, rows &- first)
      let (source, target) = (x + first &* width, y + first &* width)
      var peak = V(repeating: -.infinity)
      for column in 0..<width {
        var values = V(repeating: 0)
        for lane in 0..<valid { values[lane] = source[lane &* width &+ column] }
        powers[unchecked: column] = values
        peak = V.greater(values, peak)
      }
      var sum = V(repeating: 0)
      for column in 0..<width {
        let power = VectorMath<V>.exp(powers[unchecked: column] - peak)
        powers[unchecked: column] = power
        sum += power
      }
      for column in 0..<width {
        let share = powers[unchecked: column] / sum
        for lane in 0..<valid { target[lane &* width &+ column] = share[lane] }
      }
      first &+= lanes
    }
  }

  @inlinable @inline(__always)
  static func forEachVector(_ x: In, _ count: Int, filler: Float, _ body: (Int, Int, V) -> Void) {
    var i = 0
    while i &+ lanes <= count {
      body(i, lanes, V.load(x, i))
      i &+= lanes
    }
    if i < count { body(i, count &- i, V.load(x, i, count: count &- i, filler: filler)) }
  }
}
