import Backends
import Catalogue
import Foundation
import Measurement
import Verification

/// Judges every subject once in this process, on its golden or against the oracle.
struct ChildVerification {
  let request: ChildRequest

  func reply() throws -> ChildReply {
    let network = try Network.named(request.network)
    let names = Set(request.subjects.map(\.backend)).sorted().joined(separator: ",")
    let workbench = try Workbench(
      try ComputeOptions.parse(
        [
          "--backends", names, "--threads", "\(request.threads)", "--isa", request.instructionSet,
        ] + (request.algorithm.map { ["--algorithm", $0] } ?? [])))
    let shelf = try request.golden.map(GoldenShelf.init)
    let wanted = Dictionary(grouping: request.subjects, by: \.layer)
    var results: [ChildReply.Result] = []
    for layer in network.layers {
      guard let subjects = wanted[layer.name] else { continue }
      let backends = workbench.backends.filter { backend in
        subjects.contains { $0.backend == backend.name } && backend.offers(layer.kind)
      }
      guard !backends.isEmpty else { continue }
      results += try judge(layer, on: backends, workbench, shelf)
    }
    return ChildReply(build: .current(flags: InstructionSet.buildFlags), peakRound: nil, results: results)
  }

  private func judge(
    _ layer: Layer, on backends: [any Backend], _ workbench: Workbench, _ shelf: GoldenShelf?
  ) throws -> [ChildReply.Result] {
    let golden = shelf?.golden(for: layer.name, of: request.network)
    let trial = try golden.map(Trial.init) ?? Trial(layer, of: request.network, truths: workbench.truths)
    return try Verifier(backends: backends, truths: workbench.truths, selection: .chosen).outcomes(of: trial)
      .map {
        backend, outcome in
        let verdict = outcome.verdict
        return ChildReply.Result(
          layer: layer.name, kind: layer.kind.rawValue, backend: backend.name,
          algorithm: outcome.plan.algorithm, status: verdict.status.rawValue,
          maxRatio: verdict.elements > 0 && verdict.maxRatio.isFinite ? verdict.maxRatio : nil,
          message: verdict.status.isGood ? "" : verdict.message)
      }
  }
}
