import Accuracy
import Catalogue
import Tensors

/// What became of one fault in one kind.
package struct Finding: Sendable {
  /// Which check told a faulty output from the right one.
  package enum Catcher: String, Sendable, Hashable, CaseIterable, Codable {
    case shape
    /// NaN or infinity where the truth is finite.
    case notFinite = "not_finite"
    case bound
    case exact
    /// The random projections over the whole output, which need no element of the truth.
    case projection
  }

  package enum Outcome: String, Sendable, Hashable, CaseIterable, Codable {
    case caught
    /// It changes no bit on any probe, as the list says and proves.
    case equivalent
    /// It changes a result and passes, or its row claims otherwise than what was seen.
    case missed
  }

  package let fault: Fault
  package let kind: LayerKind
  package let outcome: Outcome
  /// How many probes were tried, and on how many the output's bits changed.
  package let probes: Int
  package let changed: Int
  /// On how many probes each check told.
  package let catches: [Catcher: Int]
  /// On how many probes the standard judge fails the output, and on how many of these each ``Tolerance`` does.
  package let failures: Int
  package let toleranceCatches: [String: Int]
  /// The largest |error| / bound on any probe: how clearly it shows.
  package let ratio: Double

  /// Tries `fault` on every probe of `kind`.
  package init(_ fault: Fault, in kind: LayerKind, probes: [Probe]) {
    var (changed, failures, ratio) = (0, 0, 0.0)
    var catches: [Catcher: Int] = [:]
    var toleranceCatches: [String: Int] = [:]
    for probe in probes {
      guard let output = fault.mechanism.output(on: probe), !output.hasSameBits(as: probe.right) else {
        continue
      }
      changed += 1
      let verdict = probe.judge(output)
      ratio = max(ratio, verdict.maxRatio)
      if let catcher = Catcher(verdict, exact: probe.demandsEquality) {
        catches[catcher, default: 0] += 1
        failures += 1
        for tolerance in Tolerance.all where !tolerance.passes(output, truth: probe.truth) {
          toleranceCatches[tolerance.id, default: 0] += 1
        }
      }
      if probe.isContradictedByProjections(output) { catches[.projection, default: 0] += 1 }
    }
    self.fault = fault
    self.kind = kind
    self.probes = probes.count
    self.changed = changed
    self.catches = catches
    self.failures = failures
    self.toleranceCatches = toleranceCatches
    self.ratio = ratio
    outcome = Self.outcome(
      isDeclaredEquivalent: fault.proofOfEquivalence != nil, isChanged: changed > 0,
      isCaught: catches.contains { $0.key != .projection })
  }

  private static func outcome(isDeclaredEquivalent: Bool, isChanged: Bool, isCaught: Bool) -> Outcome {
    if isDeclaredEquivalent { return isChanged ? .missed : .equivalent }
    return isCaught ? .caught : .missed
  }
}

extension Finding.Catcher {
  /// The check by which the standard judge fails an output; nil where it does not.
  init?(_ verdict: Verdict, exact: Bool) {
    guard verdict.status == .failed else { return nil }
    guard verdict.elements > 0 else {
      self = .shape
      return
    }
    self = verdict.maxAbsError.isFinite ? exact ? .exact : .bound : .notFinite
  }
}

extension Mechanism {
  /// What the faulty kernel makes of the probe; nil where there is nothing for the fault to do.
  package func output(on probe: Probe) -> Tensor<Float>? {
    switch self {
    case .operation(let change):
      guard let operation = change(probe.layer.operation),
        let layer = try? Layer(
          name: probe.layer.name, operation: operation, inputShapes: probe.layer.inputShapes,
          parameterShapes: probe.layer.parameterShapes)
      else { return nil }
      return probe.evaluate(layer, inputs: probe.inputs, parameters: probe.parameters)
    case .parameters(let change):
      return change(probe.parameters).flatMap {
        probe.evaluate(probe.layer, inputs: probe.inputs, parameters: $0)
      }
    case .inputs(let change):
      return change(probe.inputs).flatMap {
        probe.evaluate(probe.layer, inputs: $0, parameters: probe.parameters)
      }
    case .output(let damage): return damage(probe.right)
    case .formula(let formula): return formula(probe)
    }
  }
}
