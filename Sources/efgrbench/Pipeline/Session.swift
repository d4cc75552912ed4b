import Backends
import Catalogue
import Detection
import Foundation
import Golden
import History
import Measurement
import Verification

/// Everything that `run` and `bench` set up the same way.
struct Session {
  let network: Network
  let steps: [Step]
  let workbench: Workbench
  private(set) var shelf: GoldenShelf
  /// The folder of goldens.
  let golden: String
  let machine: MachineInfo
  let roofBench: RoofBench
  let isQuick: Bool

  /// - Parameter isQuick: samples as few as will do, of layers and of bandwidths, and no chain of the naive loops.
  init(_ networkOptions: NetworkOptions, _ compute: ComputeOptions, golden: String, isQuick: Bool) throws {
    (network, steps) = try networkOptions.resolve()
    let progress = Progress()
    progress.show("reading goldens", done: 0, total: 0)
    shelf = try GoldenShelf(folder: golden)
    self.golden = golden
    progress.show("proving the oracle", done: 0, total: 0)
    workbench = try Workbench(compute)
    progress.show("measuring the roofs", done: 0, total: 0)
    let machine = MachineInfo.current()
    self.machine = machine
    self.isQuick = isQuick
    roofBench = Self.measureRoofs(workbench, machine, rounds: isQuick ? 1 : 3)
    progress.clear()
  }

  private static func measureRoofs(
    _ workbench: Workbench, _ machine: MachineInfo, rounds: Int
  ) -> RoofBench {
    let tiled = workbench.tiled
    let peak = RoofBench.Peak(flopsPerRound: Double(tiled.runPeakKernel(iterations: 1))) {
      _ = tiled.runPeakKernel(iterations: $0)
    }
    return RoofBench(
      machine: machine, instructionSet: workbench.instructionSet.rawValue, threads: workbench.threads,
      peak: peak, rounds: rounds, crew: tiled.onEveryThread)
  }

  /// Lets a network without a golden run as a whole on the parameters and the picture of one that fits it, and says so.
  mutating func lendGolden() {
    guard let lender = shelf.lend(to: network) else { return }
    Notice.print(
      "The whole \(network.name) runs with the parameters and on the picture of \(lender)'s golden; its linear layers "
        + "are verified at a sample of their elements.")
  }

  /// The work on the chosen layers.
  func sideBySide() -> SideBySide {
    let chains = chains()
    return SideBySide(
      network: network, steps: steps, workbench: workbench, shelf: shelf, roofBench: roofBench,
      plan: isQuick ? .quick : .full, chains: chains, lead: lead(of: chains),
      selection: isQuick ? .chosen : .all)
  }

  /// One chain per backend, where the network has a golden. Quickly, the naive loops run each layer alone only.
  private func chains() -> [Chain] {
    workbench.backends.filter { !isQuick || $0.name != "reference" }.compactMap { chain(on: $0) }
  }

  /// The chain that runs what was not asked for: the tiled backend's, for it is quick.
  private func lead(of chains: [Chain]) -> Chain? {
    guard !chains.isEmpty else { return nil }
    return chains.first { $0.backend.name == workbench.tiled.name } ?? chain(on: workbench.tiled)
  }

  private func chain(on backend: any Backend) -> Chain? {
    shelf.networks[network.name].map { _, picture in
      Chain(
        backend, feed: NetworkFeed(picture, size: network.imageSize), truths: workbench.truths)
    }
  }

  /// What the record says of a run before its layers.
  func header(label: String, options: [String: String]) -> RunHeader {
    RunHeader(
      label: label, network: network.name, machine: machine,
      environment: EnvironmentRecord(
        build: .current(flags: InstructionSet.buildFlags), git: .of(), threads: workbench.threads,
        instructionSet: workbench.instructionSet.rawValue, system: .current()),
      options: options, plannedLayers: steps.count, roofs: roofBench.roofs)
  }

  /// Says on stderr what is missing from the start.
  func warn() {
    if let fault = workbench.oracleFault { Notice.print(fault) }
    let oracled = steps.filter { shelf.golden(for: $0.layer.name, of: network.name) == nil }.count
    if oracled > 0 {
      Notice.print(
        "\(oracled) of \(steps.count) layers have no golden in \(network.name): the oracle gives their truth."
      )
    }
    if shelf.networks[network.name] == nil {
      Notice.print("\(network.name) has no network golden: its layers are verified alone, not chained.")
    }
    for (file, message) in shelf.refused { Notice.print("\(file) is refused: \(message).") }
  }
}

/// Sentences on stderr.
enum Notice {
  static func print(_ text: String) { FileHandle.standardError.write(Data("efgrbench: \(text)\n".utf8)) }
}
