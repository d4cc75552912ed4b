import Accuracy
import Backends
import Catalogue
import Tensors

/// One layer's result inside a chained network.
package struct Link: Sendable {
  package let layer: String
  package let algorithm: String
  /// What the plan declares of its arithmetic.
  package let model: ErrorModel
  /// The layer on its own: its output against the truth for the inputs that it got.
  package let local: Verdict
  /// The local verdict, overruled where the network's decisions are wrong as a whole.
  package private(set) var verdict: Verdict
  /// Where the difference from the true network's output comes from; nil where that output is not known.
  package let shares: ErrorShares?
  package let nanoseconds: Double

  init(
    layer: String, algorithm: String, model: ErrorModel, local: Verdict, shares: ErrorShares?,
    nanoseconds: Double
  ) {
    self.layer = layer
    self.algorithm = algorithm
    self.model = model
    self.local = local
    verdict = local
    self.shares = shares
    self.nanoseconds = nanoseconds
  }

  /// The detections' number and classes must be the golden's too: its margins leave no room for others.
  func confirmingDecisions(_ output: Tensor<Float>, _ layer: Layer, _ known: Truth) -> Link {
    guard layer.hasDynamicOutput, verdict.status.isGood else { return self }
    let classes = { (values: [Double]) in stride(from: 0, to: values.count, by: 6).map { values[$0] } }
    if output.shape == known.shape, classes(output.values.map(Double.init)) == classes(known.values) {
      return self
    }
    var link = self
    link.verdict = verdict.overruled(
      by: .failed,
      "The network's \(output.shape[0]) detections are not the golden's \(known.shape[0]), class for class.")
    return link
  }
}

/// Where a layer's error in a network comes from. With y the output, t the truth for the inputs that the layer got,
/// and T the output of the true network, the total y − T is the sum of the local error y − t, which the layer made,
/// and the inherited error t − T, which is what the errors of earlier layers have become. Each is given as its largest
/// absolute value over the elements where T is known, relative to the largest |T| there.
package struct ErrorShares: Sendable, Hashable {
  package let local: Double
  package let inherited: Double
  package let total: Double

  /// - Returns: nil where the shapes differ, as the lists of two detection runs may, or where T is zero throughout.
  init?(output: Tensor<Float>, local truth: Truth, known: Truth) {
    guard output.shape == known.shape, truth.shape == known.shape,
      truth.indices == nil || truth.indices == known.indices
    else { return nil }
    var (local, inherited, total, largest) = (0.0, 0.0, 0.0, 0.0)
    for (position, value) in known.values.enumerated() {
      let flat = known.flatIndex(position)
      let own = truth.values[truth.indices == nil ? flat : position]
      let got = Double(output.values[flat])
      local = Self.larger(local, got - own)
      inherited = Self.larger(inherited, own - value)
      total = Self.larger(total, got - value)
      largest = max(largest, abs(value))
    }
    guard largest > 0 else { return nil }
    (self.local, self.inherited, self.total) = (local / largest, inherited / largest, total / largest)
  }

  /// The larger magnitude; a NaN is larger than everything.
  private static func larger(_ magnitude: Double, _ difference: Double) -> Double {
    difference.isNaN ? .infinity : max(magnitude, abs(difference))
  }
}
