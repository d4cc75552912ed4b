/// A vertical and a horizontal count: the kernel, stride, padding or dilation of a window, or the size of a map.
@frozen
package struct Pair: Sendable, Hashable, Codable {
  package let vertical: Int
  package let horizontal: Int

  // Sizes are asked for between one tile and the next, from other modules too.
  @inlinable
  package init(_ vertical: Int, _ horizontal: Int) {
    self.vertical = vertical
    self.horizontal = horizontal
  }

  /// The same count both ways.
  @inlinable
  package init(_ both: Int) { self.init(both, both) }

  package init(from decoder: any Decoder) throws {
    var container = try decoder.unkeyedContainer()
    self.init(try container.decode(Int.self), try container.decode(Int.self))
    guard container.isAtEnd else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "a pair has two numbers")
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.unkeyedContainer()
    try container.encode(vertical)
    try container.encode(horizontal)
  }
}

extension Pair: CustomStringConvertible {
  /// `3×3`, for example.
  package var description: String { "\(vertical)×\(horizontal)" }
}
