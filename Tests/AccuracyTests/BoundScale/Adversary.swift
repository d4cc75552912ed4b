import Tensors

/// How data are laid along the products of a sum, so that float32 has a hard time with it.
enum Adversary: String, CaseIterable, Sendable {
  /// Uniform in ±1, and uniform between 0.5 and 1.5.
  case uniform, positive
  /// Neighbours that cancel but for a part in 2¹².
  case alternating
  /// Magnitudes over twenty powers of two, rising or falling along the sum.
  case ascending, descending
  /// Magnitudes over sixty powers of two in any order.
  case spread
  /// One value everywhere, so that every addition meets the same bits.
  case equal
  /// Terms that grow, so that every partial sum is in reach of the last one.
  case growing
  /// Products below 2⁻¹²⁶.
  case subnormal
  /// A first term of 1, then terms just short of half its last place: 1 + t rounds to 1 every time, always the same
  /// way. A chain of h additions is off by nearly h·u, which is all that γ_h allows.
  case oneWay

  /// One side's factor of product `k` of `n`, varied by two numbers in ±1.
  func value(_ k: Int, of n: Int, _ first: Float, _ second: Float) -> Float {
    let place = Float(k) / Float(max(n, 1))
    switch self {
    case .uniform: return first
    case .positive: return abs(first) + 0.5
    case .alternating: return (k % 2 == 0 ? 1 : -1) * (1 + first * 0x1p-12)
    case .ascending: return Self.power(20 * place - 10) * (1 + abs(first))
    case .descending: return Self.power(10 - 20 * place) * (1 + abs(first))
    case .spread: return Self.power(30 * second) * (first < 0 ? -1 : 1) * (1 + abs(first) / 2)
    case .equal: return 0.7 + second.rounded(.towardZero)
    case .growing: return 1 + Float(k) * (1 + abs(first))
    case .subnormal: return first * 0x1p-66
    case .oneWay: return k == 0 ? 1 : 0x1p-24 * (1 - abs(first) * 0x1p-6)
    }
  }

  /// The other side's factor, where it must not disturb the pattern.
  func weight(_ first: Float, _ second: Float) -> Float {
    switch self {
    case .uniform: first
    case .positive, .ascending, .descending, .growing: abs(first) + 0.5
    case .alternating: 1 + first * 0x1p-12
    case .spread, .subnormal: value(0, of: 1, first, second)
    case .equal: 1.3
    case .oneWay: 1
    }
  }

  private static func power(_ exponent: Float) -> Float {
    Float(sign: .plus, exponent: Int(exponent), significand: 1)
  }

  /// A tensor whose axis 1 runs along the sum.
  func tensor(_ shape: Shape, stream: UInt64) -> Tensor<Float> {
    let (first, second) = Self.draw(shape.count, stream)
    let channels = shape.rank > 1 ? shape[1] : shape.count
    let area = shape.dimensions.dropFirst(2).reduce(1, *)
    return Tensor(
      shape,
      values: (0..<shape.count).map { value($0 / area % channels, of: channels, first[$0], second[$0]) })
  }

  /// Weights to go with it.
  func weights(_ shape: Shape, stream: UInt64) -> Tensor<Float> {
    let (first, second) = Self.draw(shape.count, stream)
    return Tensor(shape, values: zip(first, second).map { weight($0, $1) })
  }

  private static func draw(_ count: Int, _ stream: UInt64) -> ([Float], [Float]) {
    (random(count, stream: 2 * stream), random(count, stream: 2 * stream + 1))
  }
}
