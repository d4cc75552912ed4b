import Backends
import Catalogue

/// What the algorithms of layers have cost on one machine, and how much they err: the tiled backend's choice where it
/// was measured. A book holds for one machine, instruction set, number of threads and build.
package struct PlanBook: Sendable, Hashable, Codable {
  /// What was measured of one algorithm on one layer.
  package struct Candidate: Sendable, Hashable, Codable {
    package var algorithm: String
    package var nanoseconds: Double
    /// The mean of |error| over the elements whose truth is known.
    package var meanError: Double

    package init(algorithm: String, nanoseconds: Double, meanError: Double) {
      self.algorithm = algorithm
      self.nanoseconds = nanoseconds
      self.meanError = meanError
    }
  }

  /// How many times the mean error of the tightest algorithm a quicker one may have.
  package static let errorBudget = 4.0

  package static let schema = "efgrbench-plans/1"

  private var schema = Self.schema
  /// What the book holds for, in words that are equal where it does.
  package let conditions: String
  /// By layer, see ``key(_:)``.
  private var layers: [String: [Candidate]] = [:]

  package init(conditions: String) { self.conditions = conditions }

  /// Whether the book was written in this format, for these conditions.
  package func holds(for conditions: String) -> Bool {
    schema == Self.schema && self.conditions == conditions
  }

  package var isEmpty: Bool { layers.isEmpty }

  /// Enters what was measured of a layer in one session, in place of what was known of it.
  ///
  /// - Parameter candidates: one alone decides nothing and is not entered.
  package mutating func enter(_ candidates: [Candidate], for layer: Layer) {
    if candidates.count > 1 { layers[Self.key(layer)] = candidates }
  }

  /// The quickest of the algorithms `known` whose mean error is within ``errorBudget``; nil where not all of them were
  /// measured.
  package func choice(for layer: Layer, among known: [String]) -> String? {
    guard let candidates = layers[Self.key(layer)],
      let tightest = candidates.first(where: { $0.algorithm == known.first }),
      known.allSatisfy({ name in candidates.contains { $0.algorithm == name } })
    else { return nil }
    return candidates.filter {
      known.contains($0.algorithm) && $0.meanError <= Self.errorBudget * tightest.meanError
    }.min { $0.nanoseconds < $1.nanoseconds }?.algorithm
  }

  /// What makes two convolutions the same to a planner: all but their names and what follows the sums.
  static func key(_ layer: Layer) -> String {
    let shapes = ([layer.parameterShapes.weight].compactMap { $0 } + layer.inputShapes).map(\.description)
    let convolution = layer.convolution ?? Convolution()
    return "\(layer.kind.rawValue) \(shapes.joined(separator: ", ")), stride \(convolution.stride), "
      + "padding \(convolution.padding), dilation \(convolution.dilation), groups \(convolution.groups)"
  }
}
