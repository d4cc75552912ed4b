import Accuracy
import Backends
import Catalogue
import Tensors

/// What the self-test finds for one kind.
package struct KindReport: Sendable {
  package let kind: LayerKind
  package let probes: Int
  /// One per fault of the kind.
  package let findings: [Finding]
  /// What correct implementations give on the probes.
  package let rightOutputs: [RightOutput]
  /// Nil for kinds whose results are exact.
  package let sensitivity: Sensitivity?
  /// Probes on which the reference's own output is not good, or an unedited formula gives other bits than the
  /// reference: nothing can be learnt from faults there.
  package let defects: [String]

  /// Tries every fault of `kind`, on all processors, on the fixed probes and further ones.
  ///
  /// - Parameters:
  ///   - more: further probes, such as golden cases.
  ///   - backends: correct implementations, to be judged on the same probes.
  package init(of kind: LayerKind, more: [Probe] = [], backends: [any Backend] = []) throws {
    let probes = try Probe.all(of: kind) + more.filter { $0.layer.kind == kind }
    let faults = Fault.all(of: kind)
    self.kind = kind
    self.probes = probes.count
    findings = Parallel.map(faults.count) { Finding(faults[$0], in: kind, probes: probes) }
    rightOutputs = try backends.flatMap { backend in
      try probes.flatMap {
        try RightOutput.all($0.name, $0.specimen, truth: $0.truth, isExact: $0.isExact, on: backend)
      }
    }
    sensitivity = Sensitivity(of: kind, probes: probes)
    let unedited = Fault.unedited.filter { $0.kinds.contains(kind) }
    defects =
      probes.filter { !$0.judge($0.right).status.isGood || $0.isContradictedByProjections($0.right) }.map {
        "The reference's own output of \($0.name) is not good: \($0.judge($0.right).message)"
      }
      + rightOutputs.filter { $0.verdict.status == .failed }.map {
        "The \($0.backend) backend's \($0.algorithm) is wrong on \($0.name): \($0.verdict.message)"
      }
      + unedited.filter { Finding($0, in: kind, probes: probes).outcome != .equivalent }.map {
        "The formula \($0.id) does not give the reference's bits."
      }
  }

  package func count(_ outcome: Finding.Outcome) -> Int { findings.filter { $0.outcome == outcome }.count }

  /// How many faults a check told.
  package func count(toldBy catcher: Finding.Catcher) -> Int {
    findings.filter { $0.catches[catcher, default: 0] > 0 }.count
  }

  /// The fault that is caught with the least excess over the bound.
  package var narrowest: Finding? {
    findings.filter { $0.outcome == .caught && $0.ratio > 1 }.min { $0.ratio < $1.ratio }
  }

  package var isGood: Bool { defects.isEmpty && count(.missed) == 0 && sensitivity?.isGood != false }
}
