/// How to make a tensor that is not stored: the `generated` recipes of the golden format. Every language that
/// follows them gets the same bits: an exact conversion, one exact and one rounded multiplication per element.
package struct Recipe: Sendable, Hashable {
  /// What the words of the generator are turned into.
  package enum Distribution: Sendable, Hashable {
    /// Uniform in ±scale: `Float(Int32(word) >> 8) · 2⁻²³ · scale`.
    case uniform(scale: Float)
    /// The absolute value of ``uniform(scale:)``.
    case nonnegative(scale: Float)
    /// Integers in −range…range.
    case integer(range: UInt64)
    /// The absolute value of ``integer(range:)``.
    case nonnegativeInteger(range: UInt64)
    /// One value everywhere; no words are drawn.
    case constant(Float)
  }

  package let shape: Shape
  package let distribution: Distribution
  package let generator: Philox

  package init(shape: Shape, distribution: Distribution, generator: Philox) {
    self.shape = shape
    self.distribution = distribution
    self.generator = generator
  }

  /// The tensor that the recipe describes. O(elements), on all processors; the bits do not depend on how many.
  package func makeTensor() -> Tensor<Float> {
    switch distribution {
    case .uniform(let scale): filled { Self.uniform($0, scale) }
    case .nonnegative(let scale): filled { abs(Self.uniform($0, scale)) }
    case .integer(let range): filled { Float(Self.integer($0, range)) }
    case .nonnegativeInteger(let range): filled { Float(abs(Self.integer($0, range))) }
    case .constant(let value): Tensor(shape, repeating: value)
    }
  }

  /// Elements per unit of concurrent work: a multiple of the generator's octet, small enough for the cache.
  private static let chunk = 1 << 16

  @inline(__always)
  private func filled(_ convert: @Sendable (UInt32) -> Float) -> Tensor<Float> {
    let generator = generator
    let values = [Float](count: shape.count, chunk: Self.chunk) { range, storage in
      generator.forEachWord(in: range) { storage[$0] = convert($1) }
    }
    return Tensor(shape, values: values)
  }

  private static func uniform(_ word: UInt32, _ scale: Float) -> Float {
    Float(Int32(bitPattern: word) >> 8) * 0x1p-23 * scale
  }

  private static func integer(_ word: UInt32, _ range: UInt64) -> Int64 {
    Int64((UInt64(word) &* (2 &* range &+ 1)) >> 32) - Int64(range)
  }
}
