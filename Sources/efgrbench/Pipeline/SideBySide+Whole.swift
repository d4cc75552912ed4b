import Backends
import Foundation
import History
import Measurement
import Verification

extension SideBySide {
  /// The whole network on one backend: what is timed.
  private struct Contender {
    let name: String
    let firstCall: Double
    let run: () -> Void
  }

  /// Times the whole networks against each other: by a plan of the whole where the backend makes one that gives the
  /// chain's bits, else by the chain. A backend that does not offer every kind has the reference's naive loops in its
  /// chain, so its whole says nothing of it and is left out.
  ///
  /// - Parameter tally: a plan whose bits are not the chain's counts as failed, and gets no time.
  func endToEndTotals(_ tally: inout Tally) throws -> [NetworkTotal] {
    let whole = chains.filter { chain in network.layers.allSatisfy { chain.backend.offers($0.kind) } }
    let contenders = try whole.compactMap { try contender($0, &tally) }
    let arms = contenders.map { contender in
      Arm(name: contender.name, earlierSamples: [contender.firstCall]) { contender.run() }
    }
    let macs = network.layers.reduce(0) { $0 + $1.macs }
    let bytes = network.layers.reduce(0) { $0 + $1.bytesMoved }
    let probe = roofBench.probe(flops: 2 * Double(macs), bytes: bytes)
    return measure(
      arms: arms, beside: probe.arm, plan: networkPlan, isStopped: { Interruption.isRequested }
    ).map {
      NetworkTotal(
        backend: $0.name, threads: workbench.threads,
        endToEnd: TimingRecord($0, threads: workbench.threads, macs: macs, probe: probe),
        sumOfLayers: nil)
    }
  }

  private func contender(_ chain: Chain, _ tally: inout Tally) throws -> Contender? {
    let name = chain.backend.name
    let before = ProcessMemory.residentBytes
    guard let golden = shelf.networks[network.name]?.golden, chain.isComplete(network),
      let whole = try chain.planWhole(network, parameters: golden)
    else { return Contender(name: name, firstCall: chain.firstCalls) { chain.runAgain() } }
    guard whole.differingLayers.isEmpty else {
      tally.failed += 1
      Notice.print(
        "\(name) computes other bits in the whole network than layer by layer, first in "
          + "\(whole.differingLayers[0]), in \(whole.differingLayers.count) of \(whole.comparedLayers) layers."
      )
      return nil
    }
    let grown = before.flatMap { before in ProcessMemory.residentBytes.map { $0 - before } }
    Notice.print(whole.plan.memory.sentence(backend: name, grown: grown))
    let first = MonotonicClock.time { chain.run(whole) }.nanoseconds
    return Contender(name: name, firstCall: Double(first)) { chain.run(whole) }
  }

  /// A whole network takes as long as many layers, and is measured as long. One call of the naive loops must do.
  private var networkPlan: TimingPlan {
    var plan = plan
    plan.minimumSamples = 1
    plan.budget *= 10
    return plan
  }
}

extension NetworkMemory {
  /// The memory in words.
  ///
  /// - Parameter grown: by how many bytes the process has grown in main memory.
  fileprivate func sentence(backend: String, grown: Int?) -> String {
    let share = Double(total) / Double(parameters + largestNeighbours)
    let measured = grown.map { " (the process has grown by \(Quantity.megabytes($0)))" } ?? ""
    return "\(backend) runs the network in \(Quantity.megabytes(total))\(measured): "
      + "\(Quantity.megabytes(parameters)) of packed parameters, \(Quantity.megabytes(activations)) of activations, "
      + "\(Quantity.megabytes(scratch)) of scratch; \(String(format: "%.2f", share)) × the parameters and the two "
      + "largest neighbouring activations."
  }
}
