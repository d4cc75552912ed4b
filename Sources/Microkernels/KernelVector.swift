/// The vector that a set of kernels is written over. Every instruction set has a width of its own (four, eight or
/// sixteen lanes), so no two of them share a specialisation: a linker that merges equal functions can't put one
/// set's instructions into another's code.
public protocol KernelVector: SIMD, SendableMetatype where Scalar == Float {
  /// self + x·y, in one rounding where ``fuses`` says so.
  func adding(product x: Self, _ y: Self) -> Self

  /// Whether ``adding(product:_:)`` rounds once (fused multiply–add) or twice.
  static var fuses: Bool { get }

  /// value · 2ⁿ for the integers n held as floats near 1.5·2²³ (see ``VectorMath``), −254 ≤ n < 250, with gradual
  /// underflow and overflow to infinity.
  static func scale(_ value: Self, byPowerIn shifted: Self) -> Self

  /// Lane by lane x where x > y, else y.
  static func greater(_ x: Self, _ y: Self) -> Self

  /// Lane by lane x where x < y, else y.
  static func lesser(_ x: Self, _ y: Self) -> Self

  /// The maxima of neighbouring lanes of the values in `low`, then `high`.
  static func pairMax(_ low: Self, _ high: Self) -> Self

  /// The lanes of both vectors' lower halves (or upper halves), alternating: x₀ y₀ x₁ y₁ …
  static func zipLow(_ x: Self, _ y: Self) -> Self
  static func zipHigh(_ x: Self, _ y: Self) -> Self

  /// The square roots, correctly rounded.
  func roots() -> Self

  /// Whether the instruction set moves a part of a vector at once, see ``load(_:_:count:filler:)``.
  static var masksParts: Bool { get }

  /// The first `count` lanes from memory, `filler` in the others; nothing past them is read.
  static func load(_ pointer: UnsafePointer<Float>, _ offset: Int, count: Int, filler: Float) -> Self

  /// Into memory past the caches, at a multiple of the vector's size; see ``VectorLoops/map(_:_:_:streams:_:)``.
  func stream(_ pointer: UnsafeMutablePointer<Float>, _ offset: Int)

  /// The first `count` lanes into memory; nothing past them is written.
  func store(_ pointer: UnsafeMutablePointer<Float>, _ offset: Int, count: Int)
}

/// The lanes' bits as integers, to build powers of two.
@inlinable @inline(__always)
public func scaleByPower<V: SIMD, Bits: SIMD>(_ value: V, _ shifted: V, _ bits: Bits.Type) -> V
where V.Scalar == Float, Bits.Scalar == Int32 {
  // The bits of 1.5·2²³ + n are those of 1.5·2²³ plus n. The power is split in two so that each half is normal,
  // or 0 from −253 down.
  let power = unsafeBitCast(shifted, to: Bits.self) &- Bits(repeating: 0x4B40_0000)
  let half = power &>> Bits(repeating: 1)
  let bias = Bits(repeating: 127)
  let first = unsafeBitCast((half &+ bias) &<< Bits(repeating: 23), to: V.self)
  let second = unsafeBitCast((power &- half &+ bias) &<< Bits(repeating: 23), to: V.self)
  return value * first * second
}

extension KernelVector {
  @inlinable @inline(__always)
  static func load(_ pointer: UnsafePointer<Float>, _ offset: Int = 0) -> Self {
    UnsafeRawPointer(pointer + offset).loadUnaligned(as: Self.self)
  }

  @inlinable @inline(__always)
  func store(_ pointer: UnsafeMutablePointer<Float>, _ offset: Int = 0) {
    UnsafeMutableRawPointer(pointer + offset).storeBytes(of: self, as: Self.self)
  }

  /// Lane by lane.
  @inlinable @inline(__always)
  public static var masksParts: Bool { false }

  /// Lane by lane.
  @inlinable @inline(__always)
  public static func load(
    _ pointer: UnsafePointer<Float>, _ offset: Int, count: Int, filler: Float
  ) -> Self {
    var vector = Self(repeating: filler)
    for lane in 0..<count { vector[lane] = pointer[offset + lane] }
    return vector
  }

  /// Lane by lane.
  @inlinable @inline(__always)
  public func store(_ pointer: UnsafeMutablePointer<Float>, _ offset: Int, count: Int) {
    for lane in 0..<count { pointer[offset + lane] = self[lane] }
  }

  /// All lanes reduced as a balanced tree, so that the order does not depend on how the compiler reduces.
  @inlinable @inline(__always)
  func reduced(_ combine: (Float, Float) -> Float) -> Float {
    var vector = self
    var width = Self.scalarCount / 2
    while width > 0 {
      for lane in 0..<width { vector[lane] = combine(vector[lane], vector[lane &+ width]) }
      width /= 2
    }
    return vector[0]
  }
}
