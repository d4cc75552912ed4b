/// All that a gate found: what verdict.json holds. The exit code follows from it alone.
package struct GateVerdict: Sendable, Hashable, Codable {
  /// One side: a build, a run or a baseline.
  package struct Side: Sendable, Hashable, Codable {
    package var name: String
    package var commit: String
    /// The runs' UUIDs; empty for builds that were just measured.
    package var runs: [String]

    package init(name: String, commit: String = "unknown", runs: [String] = []) {
      self.name = name
      self.commit = commit
      self.runs = runs
    }
  }

  /// How the gate was set.
  package struct Settings: Sendable, Hashable, Codable {
    package var comparisons: Int
    /// The promised probability of red where nothing changed.
    package var familyAlpha: Double
    package var singleAlpha: Double
    package var margin: Double
    package var detect: Double

    package init(budget: ErrorBudget, detect: Double) {
      comparisons = budget.comparisons
      familyAlpha = budget.family
      singleAlpha = budget.single
      margin = budget.margin
      self.detect = detect
    }

    enum CodingKeys: String, CodingKey {
      case comparisons, margin, detect
      case familyAlpha = "family_alpha"
      case singleAlpha = "single_alpha"
    }
  }

  /// A block that was thrown away.
  package struct Discard: Sendable, Hashable, Codable {
    package var block: Int
    package var rule: String

    package init(block: Int, rule: String) {
      self.block = block
      self.rule = rule
    }
  }

  /// A result that is wrong, or could not be had.
  package struct Finding: Sendable, Hashable, Codable {
    package var layer: String
    package var backend: String
    package var message: String

    package init(layer: String, backend: String, message: String) {
      self.layer = layer
      self.backend = backend
      self.message = message
    }
  }

  package var schema = "efgrbench-verdict/1"
  /// `ab` or `compare`.
  package var command: String
  package var network: String
  package var machine: String
  package var base: Side
  package var head: Side
  package var settings: Settings?
  package var layers: [LayerVerdict] = []
  package var totals: [LayerVerdict] = []
  /// Results of the head that are wrong.
  package var failures: [Finding] = []
  /// What was declared and not measured or verified.
  package var missing: [Finding] = []
  package var accuracyAlerts: [AccuracyAlert] = []
  package var keptBlocks: Int = 0
  package var discarded: [Discard] = []
  package var notes: [String] = []
  /// Whether both builds consist of the same machine code and constants, so that there was nothing to measure.
  package var isSameCode = false
  package var failsOnImprovement = false
  package var failsOnAccuracy = false
  /// Set where there is nothing to judge: no baseline, another machine, an error.
  package var obstacle: Obstacle?

  /// Why there is no comparison.
  package struct Obstacle: Sendable, Hashable, Codable {
    package var outcome: Outcome
    package var sentence: String

    package init(_ outcome: Outcome, _ sentence: String) {
      self.outcome = outcome
      self.sentence = sentence
    }
  }

  package init(command: String, network: String, machine: String, base: Side, head: Side) {
    self.command = command
    self.network = network
    self.machine = machine
    self.base = base
    self.head = head
  }

  enum CodingKeys: String, CodingKey {
    case schema, command, network, machine, base, head, settings, layers, totals, failures, missing, discarded
    case notes, obstacle
    case accuracyAlerts = "accuracy_alerts"
    case keptBlocks = "kept_blocks"
    case isSameCode = "is_same_code"
    case failsOnImprovement = "fails_on_improvement"
    case failsOnAccuracy = "fails_on_accuracy"
  }
}

extension GateVerdict {
  package var comparisons: [LayerVerdict] { totals + layers }

  /// Slower, with a control that found nothing wrong, and accepted by nobody.
  package var regressions: [LayerVerdict] {
    comparisons.filter { $0.change == .slower && !isDoubtful($0) && $0.accepted.isEmpty }
  }

  /// A comparison's own control, or that of its backend's whole network, is biased.
  private func isDoubtful(_ verdict: LayerVerdict) -> Bool {
    verdict.isControlBiased || totals.contains { $0.backend == verdict.backend && $0.isControlBiased }
  }

  /// Slower, but with a control that was slower or faster than itself.
  package var doubtful: [LayerVerdict] {
    comparisons.filter { $0.change == .slower && isDoubtful($0) && $0.accepted.isEmpty }
  }

  package var improvements: [LayerVerdict] { comparisons.filter { $0.change == .faster } }
  package var blind: [LayerVerdict] { comparisons.filter(\.isBlind) }

  /// The first that holds, in the contract's order.
  package var outcome: Outcome {
    if let obstacle { return obstacle.outcome }
    if !failures.isEmpty || failsOnAccuracy && !accuracyAlerts.isEmpty { return .checkFailed }
    if !missing.isEmpty { return .notCovered }
    if !regressions.isEmpty { return .regression }
    if !doubtful.isEmpty || !blind.isEmpty { return .inconclusive }
    if failsOnImprovement && !improvements.isEmpty { return .improvement }
    return .good
  }

  /// What it all comes to.
  package var sentence: String {
    if let obstacle { return obstacle.sentence }
    switch outcome {
    case .checkFailed where failures.isEmpty:
      return "\(Words.count(accuracyAlerts.count, "result")) lost precision, though still within the bounds."
    case .checkFailed: return "\(Words.count(failures.count, "result")) of the head failed the check."
    case .notCovered: return "\(Words.count(missing.count, "result")) could not be compared."
    case .regression:
      return regressions.count == 1
        ? "\(regressions[0].subject) got slower: \(Self.words(regressions[0]))."
        : "\(regressions.count) comparisons got slower, most of all \(worst(regressions))."
    case .inconclusive where !doubtful.isEmpty:
      return
        "Something looks slower, but base against base differs too: the machine can't be trusted right now."
    case .inconclusive:
      return "Too noisy to tell: in \(blind.count) of \(comparisons.count) comparisons a slow-down of "
        + "\(Words.percent(settings?.detect ?? 0)) can't be excluded."
    case .good, .improvement, .noBaseline, .incomparable, .usage, .badInput, .internalError, .busy:
      return goodSentence
    }
  }

  private var goodSentence: String {
    if isSameCode { return "Both builds compute with identical machine code: nothing can have changed." }
    let faster = improvements.isEmpty ? "" : " \(Words.count(improvements.count, "comparison")) got faster."
    guard let detect = settings?.detect else { return "Nothing got slower." + faster }
    return "Nothing got slower by \(Words.percent(detect)) or more." + faster
  }

  private func worst(_ verdicts: [LayerVerdict]) -> String {
    guard let worst = verdicts.max(by: { ($0.ratio?.ratio ?? 0) < ($1.ratio?.ratio ?? 0) }) else { return "" }
    return "\(worst.subject): \(Self.words(worst))"
  }

  static func words(_ verdict: LayerVerdict) -> String { verdict.ratio.map(Words.change) ?? "no time" }
}
