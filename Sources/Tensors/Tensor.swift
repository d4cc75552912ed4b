/// A dense tensor in row-major order: a value type over a Swift array.
package struct Tensor<Element: Sendable>: Sendable {
  /// The extents, outermost first.
  package let shape: Shape
  /// The elements in row-major order; always `shape.count` of them.
  package var values: [Element] {
    didSet { precondition(values.count == shape.count, "a tensor keeps its element count") }
  }

  /// - Precondition: `values.count == shape.count`.
  package init(_ shape: Shape, values: [Element]) {
    precondition(values.count == shape.count, "\(values.count) values do not fill a tensor of shape \(shape)")
    self.shape = shape
    self.values = values
  }

  package init(_ shape: Shape, repeating value: Element) {
    self.init(shape, values: [Element](repeating: value, count: shape.count))
  }

  /// Calls `body` with the elements' memory, to be written in place. Changing ``values`` from another module works on
  /// a copy, for the observer can't be seen from there.
  package mutating func withUnsafeMutableBufferPointer<Result>(
    _ body: (UnsafeMutableBufferPointer<Element>) throws -> Result
  ) rethrows -> Result {
    try values.withUnsafeMutableBufferPointer { try body($0) }
  }

  /// The same elements seen in another shape.
  ///
  /// - Precondition: both shapes have the same element count.
  package func viewed(as other: Shape) -> Tensor {
    other == shape ? self : Tensor(other, values: values)
  }

  /// The tensor with every element converted.
  package func map<Other>(_ transform: (Element) -> Other) -> Tensor<Other> {
    Tensor<Other>(shape, values: values.map(transform))
  }
}

extension Tensor: Equatable where Element: Equatable {}

extension Tensor<Float> {
  /// Equal to the bit, zeros of either sign and NaNs being told apart.
  package func hasSameBits(as other: Tensor<Float>) -> Bool {
    shape == other.shape && zip(values, other.values).allSatisfy { $0.bitPattern == $1.bitPattern }
  }
}
