import Accuracy
import Catalogue
import Tensors

/// One output, right or wrong, with all that a judge is given: a piece of the battery that judges are tried on.
package struct Exhibit: Sendable {
  /// What a judge must say.
  package enum Expectation: String, Sendable {
    case good, failed, mistrusted
  }

  package let name: String
  package let expectation: Expectation
  let layer: Layer
  var output: Tensor<Float>
  var truth: Truth
  var bounds: ErrorBounds
  let isExact: Bool

  init(_ name: String, _ expectation: Expectation, of probe: Probe) {
    self.name = name
    self.expectation = expectation
    layer = probe.layer
    output = probe.right
    truth = probe.truth
    bounds = probe.bounds
    isExact = probe.isExact
  }

  /// The same with something changed.
  func with(_ change: (inout Exhibit) -> Void) -> Exhibit {
    var exhibit = self
    change(&exhibit)
    return exhibit
  }

  /// The standard judge's status.
  package var status: Status {
    Comparison.judge(layer: layer, output: output, truth: truth, bounds: bounds, exact: isExact).status
  }

  /// Whether a status is the one that is expected.
  package func accepts(_ status: Status) -> Bool {
    switch expectation {
    case .good: status.isGood
    case .failed: status == .failed
    case .mistrusted: status == .mistrusted
    }
  }
}
