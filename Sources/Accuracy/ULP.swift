/// Distances on the lattice of float32 numbers.
package enum ULP {
  /// The number of steps between neighbouring float32 numbers that lead from one to the other. +0 and −0 are the same
  /// number; infinity is the neighbour of the largest finite number. A NaN is ``farthest`` from everything but NaN.
  package static func distance(_ left: Float, _ right: Float) -> Int {
    if left.isNaN || right.isNaN { return left.isNaN && right.isNaN ? 0 : farthest }
    return abs(place(left) - place(right))
  }

  /// More than any distance of two numbers.
  package static let farthest = 1 << 32

  /// The number's place on the lattice: 0 for both zeros, rising with the number.
  private static func place(_ value: Float) -> Int {
    let magnitude = Int(value.bitPattern & 0x7FFF_FFFF)
    return value.sign == .minus ? -magnitude : magnitude
  }
}

/// How many elements lie at which distance: exact percentiles without sorting all of them.
struct ULPHistogram {
  private var near = [Int](repeating: 0, count: 4096)
  private var far: [Int] = []
  private var count = 0

  mutating func add(_ distance: Int) {
    count += 1
    if distance < near.count { near[distance] += 1 } else { far.append(distance) }
  }

  /// The median, the 99th percentile and the largest distance; zeros where there are none. The percentile p is the
  /// smallest distance that at least p of the elements do not exceed.
  func statistics() -> ULPStatistics {
    let sorted = far.sorted()
    func percentile(_ share: Double) -> Int {
      let rank = max(1, Int((share * Double(count)).rounded(.up)))
      var below = 0
      for (distance, number) in near.enumerated() {
        below += number
        if below >= rank { return distance }
      }
      return sorted[min(rank - below, sorted.count) - 1]
    }
    guard count > 0 else { return ULPStatistics(p50: 0, p99: 0, max: 0) }
    return ULPStatistics(p50: percentile(0.5), p99: percentile(0.99), max: percentile(1))
  }
}

/// Distances between an output and the truth rounded to float32.
package struct ULPStatistics: Sendable, Hashable, Codable {
  package let p50: Int
  package let p99: Int
  package let max: Int

  package init(p50: Int, p99: Int, max: Int) {
    self.p50 = p50
    self.p99 = p99
    self.max = max
  }
}
