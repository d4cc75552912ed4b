import Foundation
import Gate
import History
import Measurement

/// Two recorded runs, or sets of runs, against each other.
struct RecordedComparison {
  let database: HistoryDatabase
  let detect: Double

  /// One side's runs, read in full.
  private struct Side {
    let name: String
    /// Newest first.
    let runs: [RunRecord]
    /// The chosen algorithm's result of each subject, by run.
    private let results: [SeriesSubject: [(layer: LayerRecord, result: ResultRecord)]]
    /// In the network's order.
    let subjects: [SeriesSubject]

    init(name: String, runs: [RunRecord]) {
      self.name = name
      self.runs = runs
      var results: [SeriesSubject: [(layer: LayerRecord, result: ResultRecord)]] = [:]
      for run in runs {
        for layer in run.layers {
          for backend in Set(layer.results.map(\.backend)) {
            guard let result = layer.result(of: backend) else { continue }
            results[SeriesSubject(layer: layer.name, backend: backend), default: []].append((layer, result))
          }
        }
      }
      self.results = results
      subjects = results.sorted { left, right in
        let positions = (left.value[0].layer.position, right.value[0].layer.position)
        return positions.0 == positions.1 ? left.key < right.key : positions.0 < positions.1
      }.map(\.key)
    }

    var latest: RunRecord { runs[0] }

    var verdictSide: GateVerdict.Side {
      .init(
        name: name, commit: latest.header.environment.git.commit, runs: runs.map(\.header.uuid))
    }

    /// The newest result of a subject, with its layer.
    func result(_ subject: SeriesSubject) -> (layer: LayerRecord, result: ResultRecord)? {
      results[subject]?.first
    }

    func samples(_ subject: SeriesSubject) -> [[Double]] {
      results[subject, default: []].compactMap { $0.result.timing?.samples }
    }

    /// Every algorithm's accuracy, of the newest run that has it.
    var accuracy: [AccuracyRecord] {
      var seen: Set<[String]> = []
      return runs.flatMap(\.layers).flatMap { layer in
        layer.results.filter { seen.insert([layer.name, $0.backend, $0.algorithm]).inserted }.map {
          AccuracyRecord(
            layer: layer.name, backend: $0.backend, algorithm: $0.algorithm, isGood: $0.status.isGood,
            maxRatio: $0.maxRatio)
        }
      }
    }

    /// What failed beside the algorithms that the backends chose, which come first.
    var otherFailures: [GateVerdict.Finding] {
      latest.layers.flatMap { layer in
        layer.results.filter { $0.status == .failed && layer.result(of: $0.backend) != $0 }.map {
          .init(layer: layer.name, backend: $0.backend, message: "The algorithm \($0.algorithm) is wrong.")
        }
      }
    }

    func totals(_ backend: String) -> [[Double]] {
      runs.compactMap { run in run.totals.first { $0.backend == backend }?.endToEnd?.samples }
    }
  }

  /// - Parameters:
  ///   - base: a baseline's name or runs, separated by commas.
  ///   - head: the same.
  func verdict(base: String, head: String) throws -> GateVerdict {
    let now = try headSide(head)
    var verdict = GateVerdict(
      command: "compare", network: now.latest.header.network, machine: now.latest.header.machine.identity,
      base: .init(name: base), head: now.verdictSide)
    let before: Side
    switch try baseSide(base, for: now) {
    case .found(let side): before = side
    case .obstacle(let obstacle):
      verdict.obstacle = obstacle
      return verdict
    }
    verdict.base = before.verdictSide
    let subjects = before.subjects
    let backends = Set(subjects.map(\.backend)).sorted()
    let budget = ErrorBudget(comparisons: subjects.count + backends.count)
    verdict.settings = .init(budget: budget, detect: detect)
    verdict.judge(subjects.compactMap { pair($0, before, now) })
    verdict.accuracyAlerts = AccuracyAlert.all(base: before.accuracy, head: now.accuracy)
    verdict.failures += now.otherFailures
    noteCoverage(before, now, &verdict)
    if try isSameCode(before, now) {
      verdict.isSameCode = true
      verdict.layers = []
      return verdict
    }
    try judgeTimes(before, now, budget, &verdict)
    return verdict
  }

  private func headSide(_ references: String) throws -> Side {
    let named = try database.baselineHeaders(references).map(\.uuid)
    let uuids = named.isEmpty ? references.split(separator: ",").map(String.init) : named
    let runs = try uuids.map { try database.run($0) }.sorted { $0.header.started > $1.header.started }
    guard let latest = runs.first else { throw ProgramError.usage("HEAD names no run.") }
    // A name that is borne on several machines means its newest bearer's.
    let comparable = runs.filter {
      $0.header.series == latest.header.series && $0.header.network == latest.header.network
    }
    guard named.isEmpty == false || comparable.count == runs.count else {
      throw ProgramError(
        status: .incomparable, description: "The runs of HEAD were not made under the same conditions.")
    }
    return Side(name: references, runs: comparable)
  }

  private enum BaseSide {
    case found(Side)
    case obstacle(GateVerdict.Obstacle)
  }

  private func baseSide(_ reference: String, for head: Side) throws -> BaseSide {
    let header = head.latest.header
    let named = try database.baselineHeaders(reference)
    var headers = named
    if named.isEmpty {
      do {
        headers = try reference.split(separator: ",").map { part in try database.header(String(part)) }
      } catch HistoryError.noSuchRun {
        return .obstacle(
          .init(
            .noBaseline,
            "There is no baseline \"\(reference)\", nor a run. \"efgrbench history baseline set\" names one.")
        )
      }
    }
    let sameNetwork = headers.filter { $0.network == header.network }
    guard let nearest = sameNetwork.first ?? headers.first else {
      return .obstacle(.init(.noBaseline, "BASE names no run."))
    }
    guard !sameNetwork.isEmpty else {
      return .obstacle(
        .init(.incomparable, "BASE ran \(nearest.network), HEAD \(header.network): they can't be compared."))
    }
    let comparable = sameNetwork.filter { $0.series == header.series }
    guard !comparable.isEmpty, !named.isEmpty || comparable.count == headers.count else {
      let differences = header.series.differences(from: nearest.series).joined(separator: "; ")
      return .obstacle(
        .init(
          .incomparable,
          "BASE and HEAD were not made under the same conditions, so a difference would say nothing about the code. "
            + differences + "."))
    }
    return .found(Side(name: reference, runs: try comparable.map { try database.run($0.uuid) }))
  }

  private func pair(_ subject: SeriesSubject, _ before: Side, _ now: Side) -> ExperimentSubject? {
    guard let old = before.result(subject), let new = now.result(subject) else { return nil }
    return ExperimentSubject(
      layer: subject.layer, kind: new.layer.kind, backend: subject.backend,
      baseAlgorithm: old.result.algorithm, headAlgorithm: new.result.algorithm,
      baseStatus: old.result.status.rawValue, headStatus: new.result.status.rawValue,
      baseMaxRatio: old.result.maxRatio, headMaxRatio: new.result.maxRatio)
  }

  /// What the base has and the head lacks is not skipped in silence.
  private func noteCoverage(_ before: Side, _ now: Side, _ verdict: inout GateVerdict) {
    for subject in before.subjects where now.result(subject) == nil {
      verdict.missing.append(
        .init(layer: subject.layer, backend: subject.backend, message: "The head has no result."))
    }
    let known = Set(before.subjects)
    for subject in now.subjects where !known.contains(subject) {
      verdict.notes.append(
        "\(subject.layer) on \(subject.backend) is new: it has nothing to be compared with.")
    }
    for run in now.runs where run.layers.count < run.header.plannedLayers {
      verdict.missing.append(
        .init(
          layer: "*", backend: "*",
          message:
            "Run \(run.header.uuid.prefix(8)) recorded \(run.layers.count) of \(run.header.plannedLayers) layers."
        ))
    }
  }

  private func isSameCode(_ before: Side, _ now: Side) throws -> Bool {
    let runs = before.runs + now.runs
    let codes = try database.hotCodes(of: runs.map(\.header.uuid))
    return codes.count == Set(runs.map(\.header.uuid)).count && Set(codes.values).count == 1
  }

  private func judgeTimes(
    _ before: Side, _ now: Side, _ budget: ErrorBudget, _ verdict: inout GateVerdict
  ) throws {
    let header = now.latest.header
    let history = try database.medians(
      series: header.series, network: header.network, before: header.started
    ).mapValues { points in points.map(\.median) }
    let noises = SeriesNoise(history, alpha: budget.unstaged)
    let judge = RecordedJudge(margin: budget.margin, detect: detect)
    var isAssumed = false
    for subject in before.subjects {
      guard let old = before.result(subject)?.result, let new = now.result(subject), new.result.status.isGood,
        old.status.isGood
      else { continue }
      let noise = noises.noise(of: subject)
      isAssumed = isAssumed || !noise.isMeasured
      guard
        let judged = judge.judge(base: before.samples(subject), head: now.samples(subject), noise: noise)
      else {
        verdict.missing.append(
          .init(layer: subject.layer, backend: subject.backend, message: "It was not timed on both sides."))
        continue
      }
      verdict.layers.append(
        LayerVerdict(
          judged, layer: subject.layer, kind: new.layer.kind, backend: subject.backend,
          algorithms: (old.algorithm, new.result.algorithm), statuses: (old.status, new.result.status)))
    }
    for backend in Set(before.subjects.map(\.backend)).sorted() {
      // Whole networks have too few samples a run for a history of their own.
      let noise = RunNoise(
        deviation: RunNoise.published, reach: Normal.quantile(above: budget.unstaged), isMeasured: false)
      guard
        let judged = judge.judge(base: before.totals(backend), head: now.totals(backend), noise: noise)
      else { continue }
      verdict.totals.append(
        LayerVerdict(judged, layer: nil, kind: nil, backend: backend, algorithms: ("", ""), statuses: nil))
    }
    if isAssumed {
      verdict.notes.append(
        "Fewer than \(RunNoise.leastSteps + 2) runs came before on this machine and toolchain, so their noise is "
          + "assumed to be \(Quantity.digits(RunNoise.published * 100)) % from run to run.")
    }
  }
}

extension LayerVerdict {
  init(
    _ judged: RecordedVerdict, layer: String?, kind: String?, backend: String,
    algorithms: (base: String, head: String), statuses: (base: ResultStatus, head: ResultStatus)?
  ) {
    self.init(
      layer: layer, kind: kind, backend: backend, baseAlgorithm: algorithms.base,
      headAlgorithm: algorithms.head, baseStatus: statuses?.base.rawValue ?? "",
      headStatus: statuses?.head.rawValue ?? "", change: judged.change, ratio: judged.ratio,
      baseMedian: judged.baseMedian, headMedian: judged.headMedian, count: judged.runs,
      smallestVisible: judged.smallestVisible.isFinite ? judged.smallestVisible : nil,
      isBlind: judged.isBlind)
  }
}
