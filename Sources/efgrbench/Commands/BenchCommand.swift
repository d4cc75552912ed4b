import ArgumentParser
import Foundation
import History
import Measurement
import Reporting

/// Timing alone.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Times the implementations that verify; records nothing.",
    discussion: "Example: efgrbench bench --layers 'conv4_*' --backends tiled,openblas --json bench.json")

  @OptionGroup var network: NetworkOptions
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var golden: GoldenOptions
  @Flag(help: "Few samples.")
  var quick = false
  @Flag(help: "Only the whole network's time, not the layers'.")
  var endToEnd = false
  @Flag(help: "What threads gain: the tiled backend alone, with one thread and with all, in turns.")
  var scaling = false
  @Option(
    help: ArgumentHelp("Write the results as JSON to a file; - for standard output.", valueName: "file"))
  var json: String?

  func run() throws {
    try endingProgram {
      Interruption.listen()
      if scaling, try compute.kernels.resolveThreads() == 1 {
        throw ProgramError.usage("--scaling compares one thread with several: give --threads 2 or more.")
      }
      var session = try Session(network, compute, golden: golden.golden, isQuick: quick)
      if endToEnd { session.lendGolden() }
      session.warn()
      var run = RunRecord(header: session.header(label: "", options: [:]), status: .complete)
      let tally =
        try scaling
        ? timeScaling(session, &run) : endToEnd ? timeNetwork(session, &run) : timeLayers(session, &run)
      if let json {
        try JSONOutput.write(BenchDocument(run, isDeterministic: tally.evidence.isDeterministic), to: json)
      }
      if json != "-" {
        if !scaling { printTotals(run) }
        printHarness(run, session.roofBench.roofs)
        for sentence in tally.evidence.sentences { print(sentence) }
      }
      return max(tally.status, session.status)
    }
  }

  private func timeLayers(_ session: Session, _ run: inout RunRecord) throws -> SideBySide.Tally {
    let work = session.sideBySide()
    let table =
      json == "-"
      ? nil
      : LiveTable(backends: session.workbench.backends.map(\.name), width: Terminal.width(of: STDOUT_FILENO))
    if let table { print(table.head) }
    let progress = Progress()
    var tally = try work.run(progress) { layer in
      run.layers.append(layer)
      progress.clear()
      if let table { print(table.text(layer)) }
    }
    run.totals = try work.totals(of: run.layers, &tally)
    return tally
  }

  /// Verifies the chained network and times it as a whole.
  private func timeNetwork(_ session: Session, _ run: inout RunRecord) throws -> SideBySide.Tally {
    let work = session.sideBySide()
    guard !work.chains.isEmpty else {
      throw ProgramError.usage(
        "--end-to-end needs a network golden, and there is none that fits \(session.network.name).")
    }
    var tally = SideBySide.Tally()
    for step in session.network.steps {
      for link in try work.links(step).compactMap(\.link) {
        tally.results += 1
        if link.verdict.status == .failed {
          tally.failed += 1
        } else if !link.verdict.status.isGood {
          tally.notCovered += 1
        }
      }
    }
    run.totals = try work.endToEndTotals(&tally)
    return tally
  }

  /// Times layers and network with one thread and with all; only the network where that was asked for.
  private func timeScaling(_ session: Session, _ run: inout RunRecord) throws -> SideBySide.Tally {
    let scaling = Scaling(session)
    var table = ScalingTable(threads: session.workbench.threads)
    var tally = SideBySide.Tally()
    let isPrinted = json != "-"
    if !endToEnd {
      if isPrinted { print(table.head) }
      try scaling.layers(&tally, Progress()) { layer in
        run.layers.append(layer)
        let line = table.add(layer)
        if isPrinted { print(line) }
      }
    }
    if endToEnd || session.steps.count == session.network.steps.count {
      run.totals = try scaling.network(&tally)
    }
    if isPrinted {
      let sentences = [table.summary, table.summary(of: run.totals), table.summary(ofPeak: scaling.peak())]
      for sentence in sentences.compactMap({ $0 }) { print(sentence) }
    }
    return tally
  }

  /// What measuring itself costs, beside the layer on which it weighs most.
  private func printHarness(_ run: RunRecord, _ roofs: Roofs) {
    let medians = run.layers.flatMap(\.results).compactMap { $0.timing?.median }
    guard let harness = roofs.harnessNanoseconds, let shortest = medians.min(), shortest > 0 else { return }
    print(
      "The harness adds \(Quantity.digits(harness)) ns to a call, "
        + "\(Quantity.digits(harness / shortest * 100)) % of the shortest layer's \(Quantity.time(shortest))."
    )
  }

  private func printTotals(_ run: RunRecord) {
    for total in run.totals {
      let whole = total.endToEnd.map {
        "\(Quantity.time($0.median)) (\(Quantity.time($0.low)) to \(Quantity.time($0.high))), "
          + "\(Quantity.digits($0.gflops ?? 0)) GFLOP/s"
      }
      let sum = total.sumOfLayers.map { "; sum of layers \(Quantity.time($0))" } ?? ""
      print("whole network, \(total.backend): \(whole ?? "not chained")\(sum)")
    }
  }
}
