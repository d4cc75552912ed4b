import Accuracy
import Catalogue
import Tensors

/// How small an error in a single element the judge tells from none, in units of the element's bound.
///
/// Elements of every probe are replaced by the float32 number just past the bound, which must fail, and by the one
/// just within, which must not. As float32 numbers may lie far apart for a bound of one rounding, the truth of each is
/// also moved until the right output is off by exactly 1.01 bounds, which must fail, and by 0.99, which must not.
package struct Sensitivity: Sendable {
  package let kind: LayerKind
  /// How many outputs were judged.
  package let trials: Int
  /// The smallest error that failed.
  package let smallestCaught: Double
  /// The largest error that passed.
  package let largestPassed: Double
  /// How many errors past the bound passed, and how many within it failed.
  package let mistakes: Int

  /// Errors, in bounds, of which the first must pass and the second fail.
  private static let window = (within: 0.99, past: 1.01)

  package var isGood: Bool { mistakes == 0 && smallestCaught > 1 && largestPassed <= 1 }

  /// Elements per probe.
  private static let elements = 48

  /// - Returns: nil for kinds whose results are exact.
  package init?(of kind: LayerKind, probes: [Probe]) {
    var (trials, mistakes, caught, passed) = (0, 0, Double.infinity, 0.0)
    for probe in probes {
      let bounded = probe.truth.values.indices.filter {
        probe.bounds.guaranteed[$0] > 0 && probe.bounds.guaranteed[$0].isFinite
      }
      for place in bounded where place % max(1, bounded.count / Self.elements) == 0 {
        for direction in [1.0, -1.0] {
          let edge = Edge(probe, place: place, direction: direction)
          trials += 4
          if edge.fails(edge.outer) { caught = min(caught, edge.ratio(edge.outer)) } else { mistakes += 1 }
          if edge.fails(edge.inner) { mistakes += 1 } else { passed = max(passed, edge.ratio(edge.inner)) }
          if !edge.failsWithTruthMoved(by: Self.window.past) { mistakes += 1 }
          if edge.failsWithTruthMoved(by: Self.window.within) { mistakes += 1 }
        }
      }
    }
    guard trials > 0 else { return nil }
    self.kind = kind
    self.trials = trials
    self.mistakes = mistakes
    smallestCaught = caught
    largestPassed = passed
  }
}

/// The end of the interval around one element's truth that its bound allows.
private struct Edge {
  let probe: Probe
  let place: Int
  let direction: Double
  /// The float32 number just past the bound, and its neighbour towards the truth.
  let outer: Float
  let inner: Float

  init(_ probe: Probe, place: Int, direction: Double) {
    self.probe = probe
    self.place = place
    self.direction = direction
    let (truth, bound) = (probe.truth.values[place], probe.bounds.guaranteed[place])
    func isPast(_ value: Float) -> Bool { direction * (Double(value) - truth) > bound }
    func away(_ value: Float) -> Float { direction > 0 ? value.nextUp : value.nextDown }
    func back(_ value: Float) -> Float { direction > 0 ? value.nextDown : value.nextUp }
    var value = Float(truth + direction * bound)
    while !isPast(value) { value = away(value) }
    while isPast(back(value)) { value = back(value) }
    outer = value
    inner = back(value)
  }

  /// The error of a value in bounds.
  func ratio(_ value: Float) -> Double {
    abs(Double(value) - probe.truth.values[place]) / probe.bounds.guaranteed[place]
  }

  /// Whether the right output with this value in place of the element's fails.
  func fails(_ value: Float) -> Bool {
    var output = probe.right
    output.values[probe.truth.flatIndex(place)] = value
    return probe.judge(output).status == .failed
  }

  /// Whether the right output fails when the element's truth lies so many bounds away from it.
  func failsWithTruthMoved(by times: Double) -> Bool {
    var values = probe.truth.values
    let right = Double(probe.right.values[probe.truth.flatIndex(place)])
    values[place] = right - direction * times * probe.bounds.guaranteed[place]
    return probe.judge(probe.right, truth: values).status == .failed
  }
}
