import Accuracy
import Backends
import Catalogue
import Detection
import Golden
import History
import Reporting
import Verification

/// One verified case on one backend.
private struct PassResult {
  let name: String
  let kind: String
  let result: ResultRecord
  let nonZeroShare: Double
  let isDeterministic: Bool
}

/// What one verification has found: of golden entries, or of a network on any data.
struct VerificationPass {
  let workbench: Workbench
  private let keeper: FailureKeeper?
  private let selection: Verifier.Selection
  private(set) var refused: [RefusedFile] = []
  private var results: [PassResult] = []
  /// What the chained networks gave, by backend.
  private var links: [String: [Link]] = [:]
  private var isComplete = true

  /// - Parameters:
  ///   - keeper: gets the golden cases that fail; nil keeps none.
  ///   - selection: the algorithms that golden cases are tried with.
  init(workbench: Workbench, keeper: FailureKeeper?, selection: Verifier.Selection) {
    self.workbench = workbench
    self.keeper = keeper
    self.selection = selection
  }

  var documentResults: [VerifyDocument.Result] {
    results.map {
      VerifyDocument.Result(
        case: $0.name, kind: $0.kind, result: $0.result, nonZeroShare: $0.nonZeroShare,
        isDeterministic: $0.isDeterministic)
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
    let verifier = Verifier(
      backends: workbench.backends, truths: workbench.truths, selection: selection)
    for (backend, outcome) in try verifier.outcomes(of: trial) {
      let result = ResultRecord(
        outcome.verdict, backend: backend.name, algorithm: outcome.plan.algorithm,
        repro: trial.command(backend: backend, algorithm: outcome.plan.algorithm))
      results.append(
        PassResult(
          name: golden.name, kind: golden.layer.kind.rawValue, result: result,
          nonZeroShare: outcome.verdict.nonZeroShare,
          isDeterministic: outcome.plan.errorModel.isDeterministic))
      if outcome.verdict.status == .failed {
        try keeper?.keep(golden, on: backend, algorithm: outcome.plan.algorithm)
      }
    }
  }

  /// Every layer of the network, chained, on every backend, at the elements that the golden knows.
  mutating func verify(_ golden: NetworkGolden, _ show: (String) -> Void) throws {
    let network = try golden.catalogueNetwork()
    let feed = NetworkFeed(try Picture(of: golden), size: network.imageSize)
    for backend in workbench.backends {
      let chain = Chain(backend, feed: feed, truths: workbench.truths, lifetimes: Lifetimes(network))
      for step in network.steps {
        guard !Interruption.isRequested else {
          isComplete = false
          return
        }
        show("\(network.name) chained on \(backend.name): \(step.layer.name)")
        guard let link = try chain.advance(step, on: golden) else { continue }
        add(
          link, "\(network.name)/chained", step.layer, backend: backend.name,
          repro: "efgrbench verify --backends \(backend.name)\(forced) \(Trial.path(golden.url))")
      }
    }
  }

  /// Every layer of the network on any picture, on every backend, at every element.
  mutating func verify(_ check: NetworkCheck, _ network: Network, repro: String, _ progress: Progress) throws
  {
    for (index, step) in network.steps.enumerated() {
      guard !Interruption.isRequested else {
        isComplete = false
        break
      }
      progress.show("\(network.name): \(step.layer.name)", done: index, total: network.steps.count)
      for (backend, link) in try check.advance(step) {
        add(
          link, "\(network.name)/any", step.layer, backend: backend,
          repro: "\(repro) --backends \(backend)\(forced)")
      }
    }
    progress.clear()
  }

  /// The option that repeats a network with the algorithm that its user has forced.
  private var forced: String { workbench.algorithm.map { " --algorithm \($0)" } ?? "" }

  private mutating func add(_ link: Link, _ group: String, _ layer: Layer, backend: String, repro: String) {
    links[backend, default: []].append(link)
    let result = ResultRecord(link.verdict, backend: backend, algorithm: link.algorithm, repro: repro)
    results.append(
      PassResult(
        name: "\(group)/\(layer.name)", kind: layer.kind.rawValue, result: result,
        nonZeroShare: link.verdict.nonZeroShare, isDeterministic: link.model.isDeterministic))
  }

  var status: ExitStatus {
    if !refused.isEmpty { return .badInput }
    let statuses = results.map(\.result.status)
    if statuses.contains(.failed) { return .checkFailed }
    return statuses.allSatisfy(\.isGood) && !statuses.isEmpty && isComplete ? .good : .notCovered
  }

  /// Where each layer's error in the network comes from, a table per backend.
  func printErrors() {
    for backend in workbench.backends.map(\.name) {
      guard let links = links[backend] else { continue }
      print("\(backend): largest errors relative to the layer's largest value")
      print("\(links.errorTable.text)\n")
    }
  }

  func printSummary() {
    for entry in results where !entry.result.status.isGood {
      let result = entry.result
      print(
        "\(Style.red(result.status.rawValue))  \(entry.name) on \(result.backend) (\(result.algorithm)): \(result.message)"
      )
      print("  repeat with: \(result.repro)")
    }
    for entry in results where entry.result.status == .passed && !entry.result.message.isEmpty {
      print("\(Style.yellow("passed"))  \(entry.name) on \(entry.result.backend): \(entry.result.message)")
    }
    for backend in workbench.backends.map(\.name) {
      guard let links = links[backend] else { continue }
      print("\(backend), chained: \(Attribution(links).sentence)")
    }
    for file in refused { print("\(Style.red("refused"))  \(file.file): \(file.message).") }
    if !results.isEmpty { print(summaryTable.text) }
    let loose = Set(results.filter { !$0.isDeterministic }.map(\.result.backend)).sorted()
    if !loose.isEmpty {
      print("\(loose.joined(separator: ", ")): does not promise the same bits on every run.")
    }
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
