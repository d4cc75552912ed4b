/// Recorded noise of a suite in which nothing changed: the contrasts of every comparison, block by block.
package struct SuiteNoise: Sendable, Hashable {
  /// By block, then by comparison. A row keeps together what happened together.
  package let contrasts: [[Double]]
  package var comparisons: Int { contrasts.first?.count ?? 0 }

  /// - Precondition: rows of equal length.
  package init(contrasts: [[Double]]) {
    precondition(contrasts.allSatisfy { $0.count == contrasts[0].count })
    self.contrasts = contrasts
  }

  /// `count` blocks drawn with replacement, whole rows at a time, each mirrored by a coin as its order's coin would have
  /// mirrored it. Columns of blocks, by comparison.
  func drawn(_ count: Int, using generator: inout some RandomNumberGenerator) -> [[Double]] {
    var columns = [[Double]](repeating: [], count: comparisons)
    for _ in 0..<count {
      guard let row = contrasts.randomElement(using: &generator) else { break }
      let sign = Bool.random(using: &generator) ? 1.0 : -1.0
      for (index, value) in row.enumerated() { columns[index].append(sign * value) }
    }
    return columns
  }
}
