import Catalogue

extension Fault {
  /// Bilinear resizing.
  static let resizing: [Fault] = [
    resize("resize-align-corners", "Corner elements are aligned.") { index, length, size in
      .init(at: Double(index) * Double(length - 1) / Double(size - 1), length: length)
    },
    resize("resize-without-half-pixel", "Positions are i·H/Ho, without the half pixel.") {
      index, length, size in
      .init(at: Double(index) * Double(length) / Double(size), length: length)
    },
    resize("resize-half-pixel-once", "The half pixel is added and not taken away.") { index, length, size in
      .init(at: (Double(index) + 0.5) * Double(length) / Double(size), length: length)
    },
    resize("resize-scale-inverted", "Positions are scaled by Ho/H.") { index, length, size in
      .init(at: (Double(index) + 0.5) * Double(size) / Double(length) - 0.5, length: length)
    },
    weighted("resize-nearest", "The nearer element is taken.") {
      ($0.firstWeight, $0.secondWeight) = $0.firstWeight >= 0.5 ? (1, 0) : (0, 1)
    },
    weighted("resize-floored", "The first neighbour is taken.") {
      ($0.firstWeight, $0.secondWeight) = (1, 0)
    },
    weighted("resize-weights-swapped", "The weights are swapped.") {
      swap(&$0.firstWeight, &$0.secondWeight)
    },
    weighted("resize-fixed-point", "Weights are rounded to 1/2048, as for bytes.") {
      $0.secondWeight = ($0.secondWeight * 2048).rounded() / 2048
      $0.firstWeight = 1 - $0.secondWeight
    },
    weighted("resize-unnormalised", "The first neighbour's weight is always 1.") { $0.firstWeight = 1 },
    weighted("resize-second-repeated", "The second neighbour is the first one.") { $0.second = $0.first },
    resize("resize-edge-not-clamped", "Beyond the outermost centres the map fades to 0.") {
      index, length, size in
      let position = (Double(index) + 0.5) * Double(length) / Double(size) - 0.5
      var neighbours = ResizeFormula.Neighbours(of: index, length: length, size: size)
      if position < 0 {
        (neighbours.firstWeight, neighbours.secondWeight) = (Float(1 + position), 0)
      } else if position > Double(length - 1) {
        (neighbours.firstWeight, neighbours.secondWeight) = (Float(Double(length) - position), 0)
      }
      return neighbours
    },
    Fault(
      "resize-size-swapped", [.resizeBilinear], "The output's height and width are swapped.",
      .operation { operation in
        guard case .resizeBilinear(let size) = operation else { return nil }
        return .resizeBilinear(size: size.swapped)
      }),
  ]

  private static func resize(
    _ id: String, _ sentence: String,
    _ neighbours: @escaping @Sendable (Int, Int, Int) -> ResizeFormula.Neighbours
  ) -> Fault {
    Fault(
      id, [.resizeBilinear], sentence, .edited(ResizeFormula.self) { $0.neighbours = neighbours })
  }

  /// The right neighbours, then edited.
  private static func weighted(
    _ id: String, _ sentence: String, _ edit: @escaping @Sendable (inout ResizeFormula.Neighbours) -> Void
  ) -> Fault {
    resize(id, sentence) { index, length, size in
      var neighbours = ResizeFormula.Neighbours(of: index, length: length, size: size)
      edit(&neighbours)
      return neighbours
    }
  }
}
