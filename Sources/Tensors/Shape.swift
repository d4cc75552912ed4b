/// The extents of a tensor, outermost first. For pictures and feature maps the order is NCHW, for convolution
/// weights OIHW.
///
/// A shape validates once, when it is made: every extent is positive and the element count fits an `Int`, so code
/// that receives a shape needs no checks of its own. (An extent of zero is allowed in the outermost place alone:
/// a list of detections may be empty.)
package struct Shape: Sendable, Hashable {
  /// The extents, outermost first.
  package let dimensions: [Int]
  /// The number of elements: the product of all extents, 1 for a scalar.
  package let count: Int

  /// Validates `dimensions`.
  ///
  /// - Throws: ``ShapeError`` when an extent is negative or the count overflows.
  package init(_ dimensions: [Int]) throws(ShapeError) {
    var count = 1
    for (axis, extent) in dimensions.enumerated() {
      guard extent > 0 || (extent == 0 && axis == 0) else {
        throw ShapeError(dimensions: dimensions, rule: "every extent must be positive")
      }
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow, product <= Self.maximumCount else {
        throw ShapeError(dimensions: dimensions, rule: "it has more than \(Self.maximumCount) elements")
      }
      count = product
    }
    self.dimensions = dimensions
    self.count = count
  }

  /// A shape known to be valid, from extents that the caller has computed from valid shapes.
  package init(trusted dimensions: [Int]) {
    precondition(dimensions.allSatisfy { $0 >= 0 })
    self.dimensions = dimensions
    self.count = dimensions.reduce(1, *)
  }

  /// More elements than this (2³³, 32 GiB of Float) are taken for a mistake, not for a tensor.
  package static let maximumCount = 1 << 33

  /// The number of axes.
  package var rank: Int { dimensions.count }

  package subscript(axis: Int) -> Int { dimensions[axis] }

  /// The NCHW (or outermost-first) index of flat element `flat`.
  package func index(ofFlat flat: Int) -> [Int] {
    var remaining = flat
    var index = [Int](repeating: 0, count: rank)
    for axis in stride(from: rank - 1, through: 0, by: -1) where dimensions[axis] > 0 {
      index[axis] = remaining % dimensions[axis]
      remaining /= dimensions[axis]
    }
    return index
  }
}

extension Shape: CustomStringConvertible {
  /// The extents joined by `×`, for example `1×64×320×320`.
  package var description: String {
    rank == 0 ? "scalar" : dimensions.map(String.init).joined(separator: "×")
  }
}

extension Shape: Codable {
  package init(from decoder: any Decoder) throws {
    try self.init(decoder.singleValueContainer().decode([Int].self))
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(dimensions)
  }
}

/// A list of extents that is not a shape.
package struct ShapeError: Error, CustomStringConvertible, Sendable {
  package let dimensions: [Int]
  package let rule: String

  package var description: String { "\(dimensions) is not a shape: \(rule)." }
}
