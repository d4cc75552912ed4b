extension VectorLoops {
  /// Multiply–adds that depend on nothing but themselves: what the processor can do at most. Twelve chains hide the
  /// latency of every multiply–add unit known here.
  ///
  /// - Returns: a value that depends on every chain, so that none can be left out.
  @inlinable @inline(__always)
  public static func peak(_ iterations: Int) -> Float {
    // Each starts elsewhere: equal chains would be computed once.
    var sums = InlineArray<12, V>(repeating: V(repeating: 0))
    for chain in 0..<12 { sums[unchecked: chain] = V(repeating: Float(chain)) }
    let (x, y) = (V(repeating: 0.9999), V(repeating: 1e-4))
    for _ in 0..<iterations {
      for chain in 0..<12 { sums[unchecked: chain] = y.adding(product: sums[unchecked: chain], x) }
    }
    var total = V(repeating: 0)
    for chain in 0..<12 { total += sums[unchecked: chain] }
    return total.reduced { $0 + $1 }
  }

  /// Floating-point operations in one iteration of ``peak(_:)``.
  @inlinable @inline(__always)
  public static var peakOperations: Int { 12 * 2 * lanes }
}
