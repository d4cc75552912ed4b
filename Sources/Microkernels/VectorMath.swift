/// Functions of a vector, lane by lane.
public enum VectorMath<V: KernelVector> {
  /// eˣ with a relative error of at most 3u (u = 2⁻²⁴) where the result is a normal float; below that the absolute
  /// error is at most 2⁻¹²⁶.
  ///
  /// Cody and Waite's reduction x = n·ln 2 + r with ln 2 in two parts, then the degree-5 polynomial of Moshier's
  /// Cephes (expf) for (eʳ − 1 − r)/r². Error: n·ln2_hi is exact (9 bits × 8 bits) and so is x − n·ln2_hi; the low
  /// part adds u·0.35 + u·0.03; r²P + r adds at most 0.5u, 1 + … adds u, and the polynomial itself 2⁻²⁷; divided
  /// by eʳ ≥ 0.7 where the term before is absolute: under 3u. (Measured on every float that a test can visit.)
  ///
  /// From −176 down the powers of two are themselves 0, and e^−∞ costs no more than any other: a product that underflows
  /// takes some processors a hundred cycles.
  @inlinable @inline(__always)
  public static func exp(_ x: V) -> V {
    let x = V.lesser(V.greater(x, V(repeating: -176)), V(repeating: 89))
    let magic = V(repeating: 0x1.8p23)
    let shifted = magic.adding(product: x, V(repeating: 1.44269504))
    let n = shifted - magic
    let high = x - n * V(repeating: 0.693359375)
    let r = high - n * V(repeating: -2.12194440e-4)
    var p = V(repeating: 1.9875691500e-4)
    p = V(repeating: 1.3981999507e-3).adding(product: p, r)
    p = V(repeating: 8.3334519073e-3).adding(product: p, r)
    p = V(repeating: 4.1665795894e-2).adding(product: p, r)
    p = V(repeating: 1.6666665459e-1).adding(product: p, r)
    p = V(repeating: 5.0000001201e-1).adding(product: p, r)
    let value = V(repeating: 1) + r.adding(product: p, r * r)
    return V.scale(value, byPowerIn: shifted)
  }

  /// 1/(1 + e⁻ˣ).
  @inlinable @inline(__always)
  public static func sigmoid(_ x: V) -> V {
    V(repeating: 1) / (V(repeating: 1) + exp(-x))
  }

  /// max(x, 0).
  @inlinable @inline(__always)
  public static func relu(_ x: V) -> V { V.greater(x, V(repeating: 0)) }
}
