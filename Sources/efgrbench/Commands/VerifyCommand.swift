import ArgumentParser
import Foundation
import Golden
import History
import Measurement
import Reporting

/// Correctness alone.
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Verifies every implementation on golden packs or single files.",
    discussion: "Example: efgrbench verify --backends tiled --json result.json my-pack/ odd-case.safetensors")

  @Argument(
    help: ArgumentHelp("Packs, folders of packs, or files (default: Golden).", valueName: "pack or file"))
  var paths: [String] = []
  @OptionGroup var compute: ComputeOptions
  @Option(
    help: ArgumentHelp("Write the results as JSON to a file; - for standard output.", valueName: "file"))
  var json: String?
  @Option(
    help: ArgumentHelp(
      "Save failed cases in a folder, cut down to the smallest shape that still fails.", valueName: "folder"))
  var saveFailures: String?

  func run() throws {
    try endingProgram {
      Interruption.listen()
      let workbench = try Workbench(compute)
      if let fault = workbench.oracleFault { Notice.print(fault) }
      let entries = (paths.isEmpty ? ["Golden"] : paths).flatMap { path in
        GoldenPack.entries(at: URL(fileURLWithPath: path))
      }
      let keeper = try saveFailures.map { try FailureKeeper(folder: $0, workbench) }
      var pass = VerificationPass(workbench: workbench, keeper: keeper)
      try pass.run(entries, Progress())
      let document = VerifyDocument(machine: .current(), results: pass.documentResults, refused: pass.refused)
      if let json { try JSONOutput.write(document, to: json) }
      if json != "-" { pass.printSummary() }
      if json != "-" { keeper?.sentences.forEach { print($0) } }
      return max(pass.status, workbench.oracleFault == nil ? .good : .notCovered)
    }
  }
}

/// One pass over golden entries.
private struct VerificationPass {
  let workbench: Workbench
  private let keeper: FailureKeeper?
  private(set) var refused: [RefusedFile] = []
  private var results: [(name: String, kind: String, result: ResultRecord, nonZeroShare: Double)] = []
  private var isComplete = true

  init(workbench: Workbench, keeper: FailureKeeper?) {
    self.workbench = workbench
    self.keeper = keeper
  }

  var documentResults: [VerifyDocument.Result] {
    results.map {
      VerifyDocument.Result(
        case: $0.name, kind: $0.kind, result: $0.result, nonZeroShare: $0.nonZeroShare)
    }
  }

  mutating func run(_ entries: [GoldenPack.Entry], _ progress: Progress) throws {
    for (index, entry) in entries.enumerated() {
      guard !Interruption.isRequested else {
        isComplete = false
        break
      }
      switch entry {
      case .layer(let golden):
        progress.show(golden.name, done: index, total: entries.count)
        try verify(golden)
      case .network(let golden):
        do {
          try verify(golden) { progress.show($0, done: index, total: entries.count) }
        } catch let error as GoldenError {
          refused.append(RefusedFile(file: error.file, message: error.rule))
        }
      case .refused(let file, let message):
        refused.append(RefusedFile(file: file, message: message))
      }
    }
    progress.clear()
  }

  private mutating func verify(_ golden: GoldenCase) throws {
    let trial = Trial(golden)
    for (backend, outcome) in try Verifier(workbench: workbench).outcomes(of: trial) {
      let result = ResultRecord(
        outcome.verdict, backend: backend.name, algorithm: outcome.plan.algorithm,
        repro: trial.command(backend: backend.name))
      results.append((golden.name, golden.layer.kind.rawValue, result, outcome.verdict.nonZeroShare))
      if outcome.verdict.status == .failed { try keeper?.keep(golden, on: backend) }
    }
  }

  /// Every layer of the network, chained, on every backend.
  private mutating func verify(_ golden: NetworkGolden, _ show: (String) -> Void) throws {
    let network = try golden.catalogueNetwork()
    let picture = try golden.picture()
    for backend in workbench.backends {
      let chain = Chain(
        backend, golden: golden, picture: picture, imageSize: network.imageSize, fallback: workbench.reference
      )
      for step in network.steps {
        guard !Interruption.isRequested else {
          isComplete = false
          return
        }
        show("\(network.name) chained on \(backend.name): \(step.layer.name)")
        guard let link = try chain.advance(step) else { continue }
        let result = ResultRecord(
          link.verdict, backend: backend.name, algorithm: link.algorithm,
          repro: "efgrbench verify --backends \(backend.name) \(Trial.path(golden.url))")
        results.append(
          (
            "\(network.name)/chained/\(step.layer.name)", step.layer.kind.rawValue, result,
            link.verdict.nonZeroShare
          ))
      }
    }
  }

  var status: ExitStatus {
    if !refused.isEmpty { return .badInput }
    let statuses = results.map(\.result.status)
    if statuses.contains(.failed) { return .checkFailed }
    return statuses.allSatisfy(\.isGood) && !statuses.isEmpty && isComplete ? .good : .notCovered
  }

  func printSummary() {
    for (name, _, result, _) in results where !result.status.isGood {
      print(
        "\(Style.red(result.status.rawValue))  \(name) on \(result.backend) (\(result.algorithm)): \(result.message)"
      )
      print("  repeat with: \(result.repro)")
    }
    for (name, _, result, _) in results where result.status == .passed && !result.message.isEmpty {
      print("\(Style.yellow("passed"))  \(name) on \(result.backend): \(result.message)")
    }
    for file in refused { print("\(Style.red("refused"))  \(file.file): \(file.message).") }
    if !results.isEmpty { print(summaryTable.text) }
    if !isComplete { print("Interrupted: the cases above are what was finished.") }
  }

  private var summaryTable: TextTable {
    let statuses: [ResultStatus] = [.exact, .passed, .marginal, .failed, .mistrusted, .unimplemented]
    var table = TextTable(
      [("backend", .left), ("kind", .left), ("cases", .right)] + statuses.map { ($0.rawValue, .right) }
        + [("elements", .right), ("least non-zero", .right), ("worst ratio", .right), ("worst ULP", .right)])
    for backend in workbench.backends.map(\.name) {
      for kind in Set(results.map(\.kind)).sorted() {
        let those = results.filter { $0.result.backend == backend && $0.kind == kind }
        let rows = those.map(\.result)
        guard !rows.isEmpty else { continue }
        table.add(
          [backend, kind, "\(rows.count)"]
            + statuses.map { status in "\(rows.filter { $0.status == status }.count)" }
            + [
              Quantity.count(rows.reduce(0) { $0 + $1.elements }),
              "\(Quantity.digits(100 * (those.map(\.nonZeroShare).min() ?? 0))) %",
              Quantity.digits(rows.compactMap(\.maxRatio).max() ?? 0),
              Quantity.count(Int(rows.compactMap { $0.ulp?.max }.max() ?? 0)),
            ])
      }
    }
    return table
  }
}
