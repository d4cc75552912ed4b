/// Recorded noise of a suite in which nothing changed: of every comparison, block by block.
package struct SuiteNoise: Sendable, Hashable {
  /// By block, then by comparison. A row keeps together what happened together.
  package let blocks: [[BlockNoise]]
  package var comparisons: Int { blocks.first?.count ?? 0 }

  /// - Precondition: rows of equal length.
  package init(_ blocks: [[BlockNoise]]) {
    precondition(blocks.allSatisfy { $0.count == blocks[0].count })
    self.blocks = blocks
  }

  /// Contrasts alone.
  package init(contrasts: [[Double]]) { self.init(contrasts.map { $0.map { BlockNoise(contrast: $0) } }) }

  /// A row, mirrored by a coin as its order's coin would have mirrored it. Nil where nothing was recorded.
  func drawn(using generator: inout some RandomNumberGenerator) -> [BlockNoise]? {
    guard let row = blocks.randomElement(using: &generator) else { return nil }
    let sign = Bool.random(using: &generator) ? 1.0 : -1.0
    return row.map { BlockNoise(contrast: sign * $0.contrast, within: $0.within) }
  }
}
