/// The arithmetic of a Winograd convolution F(m×m, 3×3) in one dimension (Lavin & Gray, *Fast Algorithms for
/// Convolutional Neural Networks*, CVPR 2016): Aᵀ·[(G·g) ⊙ (Bᵀ·d)] gives m outputs from a few more inputs. Both
/// dimensions apply it one after the other.
public protocol WinogradScheme: SendableMetatype {
  /// m.
  static var outputs: Int { get }
  /// Inputs, and products.
  static var size: Int { get }
  /// Inputs from a tile's first to the next tile's.
  static var advance: Int { get }

  /// v = Bᵀ·d.
  static func transformInput<V: KernelVector>(
    _ d: (Int) -> V, _ points: WinogradPoints, _ v: (Int, V) -> Void)

  /// y = Aᵀ·s.
  static func transformSums<V: KernelVector>(
    _ s: (Int) -> V, _ points: WinogradPoints, _ y: (Int, V) -> Void)
}

/// The interpolation points {0, ±a, ±b, ∞} of a scheme, with the products of them that the transforms multiply by. All
/// are exact in float32 as long as a and b have few digits, so the transforms round nothing but their results.
@frozen
public struct WinogradPoints: Sendable {
  /// The inner pair of points.
  public var a: Float
  /// The outer pair of points.
  public var b: Float

  /// The pairs; a scheme with fewer points ignores them.
  public init(a: Float, b: Float) {
    self.a = a
    self.b = b
  }
}

/// F(2×2, 3×3) over the points {0, ±1, ∞}; its inputs are only added.
public enum WinogradScheme2: WinogradScheme {
  /// 2.
  @inlinable @inline(__always) public static var outputs: Int { 2 }
  /// 4.
  @inlinable @inline(__always) public static var size: Int { 4 }
  /// 2.
  @inlinable @inline(__always) public static var advance: Int { 2 }

  /// The rows of Bᵀ: x² − 1, x² + x, x² − x and x³ − x.
  @inlinable @inline(__always)
  public static func transformInput<V: KernelVector>(
    _ d: (Int) -> V, _ points: WinogradPoints, _ v: (Int, V) -> Void
  ) {
    let (d0, d1, d2, d3) = (d(0), d(1), d(2), d(3))
    v(0, d2 - d0)
    v(1, d1 + d2)
    v(2, d2 - d1)
    v(3, d3 - d1)
  }

  /// Row k of Aᵀ holds the points' k-th powers.
  @inlinable @inline(__always)
  public static func transformSums<V: KernelVector>(
    _ s: (Int) -> V, _ points: WinogradPoints, _ y: (Int, V) -> Void
  ) {
    let (s0, s1, s2, s3) = (s(0), s(1), s(2), s(3))
    y(0, s0 + (s1 + s2))
    y(1, s3 + (s1 - s2))
  }
}

/// F(2×2, 3×3) with stride 2: its even inputs over the points {0, 1, ∞}, the odd ones as they are.
public enum WinogradScheme2Strided: WinogradScheme {
  /// 2.
  @inlinable @inline(__always) public static var outputs: Int { 2 }
  /// 5.
  @inlinable @inline(__always) public static var size: Int { 5 }
  /// 4.
  @inlinable @inline(__always) public static var advance: Int { 4 }

  /// The rows of Bᵀ: x − 1, x and x² − x of the even inputs, then the odd inputs.
  @inlinable @inline(__always)
  public static func transformInput<V: KernelVector>(
    _ d: (Int) -> V, _ points: WinogradPoints, _ v: (Int, V) -> Void
  ) {
    let d2 = d(2)
    v(0, d2 - d(0))
    v(1, d2)
    v(2, d(4) - d2)
    v(3, d(1))
    v(4, d(3))
  }

  /// An output's two points, and the product of its middle tap.
  @inlinable @inline(__always)
  public static func transformSums<V: KernelVector>(
    _ s: (Int) -> V, _ points: WinogradPoints, _ y: (Int, V) -> Void
  ) {
    let s1 = s(1)
    y(0, (s(0) + s1) + s(3))
    y(1, (s1 + s(2)) + s(4))
  }
}

/// F(4×4, 3×3) over the points {0, ±a, ±b, ∞}: 36 products for 16 outputs.
public enum WinogradScheme4: WinogradScheme {
  /// 4.
  @inlinable @inline(__always) public static var outputs: Int { 4 }
  /// 6.
  @inlinable @inline(__always) public static var size: Int { 6 }
  /// 4.
  @inlinable @inline(__always) public static var advance: Int { 4 }

  /// Every row of Bᵀ is a product of x − q over the other points q: x⁴ − (a² + b²)x² + a²b² for 0, x times that for ∞,
  /// and x(x ± a)(x² − b²), x(x ± b)(x² − a²) for the pairs, whose even and odd parts are shared.
  @inlinable @inline(__always)
  public static func transformInput<V: KernelVector>(
    _ d: (Int) -> V, _ points: WinogradPoints, _ v: (Int, V) -> Void
  ) {
    let (a, b) = (V(repeating: points.a), V(repeating: points.b))
    let (minusA2, minusB2) = (
      V(repeating: -(points.a * points.a)), V(repeating: -(points.b * points.b))
    )
    let (sum, product) = (minusA2 + minusB2, minusA2 * minusB2)
    let (d0, d1, d2, d3, d4, d5) = (d(0), d(1), d(2), d(3), d(4), d(5))
    v(0, d4.adding(product: d2, sum).adding(product: d0, product))
    let (evenA, oddA) = (d4.adding(product: d2, minusB2), d3.adding(product: d1, minusB2))
    v(1, evenA.adding(product: oddA, a))
    v(2, evenA.adding(product: oddA, -a))
    let (evenB, oddB) = (d4.adding(product: d2, minusA2), d3.adding(product: d1, minusA2))
    v(3, evenB.adding(product: oddB, b))
    v(4, evenB.adding(product: oddB, -b))
    v(5, d5.adding(product: d3, sum).adding(product: d1, product))
  }

  /// Row k of Aᵀ holds the points' k-th powers.
  @inlinable @inline(__always)
  public static func transformSums<V: KernelVector>(
    _ s: (Int) -> V, _ points: WinogradPoints, _ y: (Int, V) -> Void
  ) {
    let (a, b) = (V(repeating: points.a), V(repeating: points.b))
    let (a2, b2) = (a * a, b * b)
    let (s1, s2, s3, s4) = (s(1), s(2), s(3), s(4))
    let (evenA, oddA, evenB, oddB) = (s1 + s2, s1 - s2, s3 + s4, s3 - s4)
    y(0, (s(0) + evenA) + evenB)
    y(1, (oddA * a).adding(product: oddB, b))
    y(2, (evenA * a2).adding(product: evenB, b2))
    y(3, s(5).adding(product: oddA, a2 * a).adding(product: oddB, b2 * b))
  }
}
