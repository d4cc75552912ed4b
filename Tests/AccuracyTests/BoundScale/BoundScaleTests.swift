import Accuracy
import Backends
import Catalogue
import Foundation
import OpenBLASBackend
import ReferenceBackend
import Tensors
import Testing
import TiledBackend

/// Correct kernels against their bounds, on random and adversarial data: no element may be past the guaranteed bound,
/// and the bound of a sum must be within reach, or it would hide faults.
///
/// `EFGRBENCH_SCALE` is how many elements are compared at least; without it 10⁷.
@Suite struct BoundScaleTests {
  static let scale = ProcessInfo.processInfo.environment["EFGRBENCH_SCALE"].flatMap(Int.init)

  private struct Job: Sendable {
    let layer: ScaleCase
    let adversary: Adversary
    let seed: UInt64
  }

  @Test func `no correct kernel leaves its bound, and sums come near it`() throws {
    var tally = ScaleTally()
    var seed: UInt64 = 0
    while tally.elements < Self.scale ?? 10_000_000 {
      let jobs = (ScaleCase.linear + ScaleCase.others).flatMap { layer in
        Adversary.allCases.map { adversary in
          seed += 1
          return Job(layer: layer, adversary: adversary, seed: seed)
        }
      }
      let parts = Parallel.map(jobs.count) { index in Result { try Self.tally(jobs[index]) } }
      for part in parts { tally.add(try part.get()) }
    }
    if Self.scale != nil { print("\(tally.elements) elements compared\n\(tally.table)") }
    #expect(tally.faults.isEmpty, "\(tally.faults.joined(separator: "\n"))")
    #expect(Set(tally.counts.keys.map(\.kind)) == Set(LayerKind.allCases))
    for transform in WinogradTransform.all {
      #expect(tally.counts.keys.contains { $0.backend.hasSuffix(transform.name) })
    }
    for (row, count) in tally.counts {
      #expect(count.elements > 0 && count.violations == 0 && count.ratio <= 1, "\(row) \(count)")
      if row.kind.isLinear { #expect(count.ratio > 0.1, "the bound is out of reach: \(row) \(count)") }
    }
  }

  /// One specimen by every algorithm of every backend that offers its kind, each with a pool of its own.
  private static func tally(_ job: Job) throws -> ScaleTally {
    let specimen = try job.layer.specimen(job.adversary, seed: job.seed)
    let truth = specimen.truth()
    var tally = ScaleTally()
    for (name, backend) in backends where backend.offers(specimen.layer.kind) {
      for algorithm in backend.algorithms(for: specimen.layer) {
        let plan = try backend.plan(
          specimen.layer, parameters: specimen.parameters, algorithm: algorithm)
        tally.add(
          specimen.judge(plan, truth: truth), specimen.layer.kind,
          backend: plan.errorModel.winograd == nil ? name : "\(name) \(algorithm)",
          data: job.layer.data(job.adversary))
      }
    }
    return tally
  }

  private static var backends: [(name: String, backend: any Backend)] {
    [("reference", ReferenceBackend(threads: 1)), ("openblas", OpenBLASBackend(threads: 1))]
      + InstructionSet.available.map {
        ("tiled \($0)", TiledBackend(instructionSet: $0, threads: 1))
      }
  }
}
