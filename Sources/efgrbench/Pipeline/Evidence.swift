import Accuracy
import Backends
import Catalogue
import Measurement
import Reporting
import Tensors
import Verification

/// Where an arm's calls leave their output.
final class OutputBox {
  private(set) var tensor: Tensor<Float>
  /// Whether any call was made: slow implementations may be known well enough from the calls that verified them.
  private(set) var isWritten = false

  init(_ shape: Shape) { tensor = Tensor(shape, repeating: .nan) }

  func run(_ plan: any Plan, _ inputs: [Tensor<Float>]) {
    plan.run(inputs, into: &tensor)
    isWritten = true
  }
}

/// One implementation's time, and the output of the last call that was timed.
struct TimedOutput {
  let timing: Timing
  let output: OutputBox
}

extension Verifier.Outcome {
  /// What the implementation's arm is called while it is timed.
  func armName(on backend: any Backend) -> String { "\(backend.name) \(plan.algorithm)" }
}

/// What the results of a run rest on, layer by layer: how much was compared, whether it could tell right from wrong,
/// and what the checks of the timed calls found. The record's document `efgrbench-evidence/1`.
struct Evidence: Sendable, Hashable, Codable {
  static let schema = "efgrbench-evidence/1"

  /// The sums of all channels, after the timed calls.
  struct Sums: Sendable, Hashable, Codable {
    let status: String
    let pixels: Int
    let maxRatio: JSONNumber

    enum CodingKeys: String, CodingKey {
      case status, pixels
      case maxRatio = "max_ratio"
    }

    init(_ verdict: Freivalds.Verdict) {
      status = verdict.status.rawValue
      pixels = verdict.pixels
      maxRatio = JSONNumber(verdict.maxRatio)
    }
  }

  /// One layer on one backend.
  struct Entry: Sendable, Hashable, Codable {
    let layer: String
    let backend: String
    let algorithm: String
    /// Elements compared when it was verified alone, and the share of them whose truth is not zero.
    let elements: Int
    let nonZeroShare: JSONNumber
    /// Whether the plan promises equal bits for any threads, alignment and repetition.
    let isDeterministic: Bool
    /// Whether the last timed call gave the verified call's bits; null where it is not promised or nothing was timed.
    let repeatsBits: Nullable<Bool>
    /// Null where the layer is not linear or was not timed.
    let sums: Nullable<Sums>

    enum CodingKeys: String, CodingKey {
      case layer, backend, algorithm, elements, sums
      case nonZeroShare = "nonzero_share"
      case isDeterministic = "deterministic"
      case repeatsBits = "repeats_bits"
    }
  }

  private(set) var schema = Self.schema
  private(set) var entries: [Entry] = []
  /// Seconds that the checks of the timed calls took, all together.
  private(set) var seconds = 0.0

  /// Checks what the timed calls have left behind.
  ///
  /// - Returns: the findings by the arms' names.
  mutating func check(
    _ timed: [TimedOutput], of outcomes: [(backend: any Backend, outcome: Verifier.Outcome)],
    on trial: Trial, standIn: any Backend
  ) throws -> [String: TimedCheck.Finding] {
    guard !timed.isEmpty else { return [:] }
    let (nanoseconds, findings) = try MonotonicClock.time {
      let check = try TimedCheck(trial, standIn: standIn)
      var findings: [String: TimedCheck.Finding] = [:]
      for (backend, outcome) in outcomes {
        let name = outcome.armName(on: backend)
        guard let output = timed.first(where: { $0.timing.name == name })?.output else { continue }
        findings[name] = try check.finding(
          output.isWritten ? output.tensor : outcome.output, verified: outcome.output, of: outcome.plan,
          on: backend)
      }
      return findings
    }
    seconds += Double(nanoseconds) * 1e-9
    return findings
  }

  mutating func add(
    _ outcome: Verifier.Outcome, of layer: String, on backend: String, _ finding: TimedCheck.Finding?
  ) {
    entries.append(
      Entry(
        layer: layer, backend: backend, algorithm: outcome.plan.algorithm,
        elements: outcome.verdict.elements, nonZeroShare: JSONNumber(outcome.verdict.nonZeroShare),
        isDeterministic: outcome.plan.errorModel.isDeterministic,
        repeatsBits: Nullable(finding?.repeatsBits), sums: Nullable(finding?.sums.map(Sums.init))))
  }

  /// Whether a result's plan promises equal bits; nil where nothing is known of it.
  func isDeterministic(layer: String, backend: String) -> Bool? {
    // A backend's algorithms promise alike.
    entries.first { $0.layer == layer && $0.backend == backend }?.isDeterministic
  }

  /// What a reader of the run should know, in sentences.
  var sentences: [String] {
    let sums = entries.compactMap(\.sums.value)
    let repeated = entries.compactMap(\.repeatsBits.value)
    var sentences: [String] = []
    if !sums.isEmpty || !repeated.isEmpty {
      sentences.append(
        "After timing, \(sums.count { $0.status == Status.passed.rawValue }) of \(sums.count) outputs of linear layers "
          + "had the right sums over all channels, and \(repeated.count { $0 }) of \(repeated.count) that promise equal "
          + "bits had those that were verified; checked in \(Quantity.digits(seconds)) s.")
    }
    if let least = entries.min(by: { $0.nonZeroShare.value < $1.nonZeroShare.value }) {
      sentences.append(
        "\(Quantity.count(entries.reduce(0) { $0 + $1.elements })) elements were compared; the layer with the fewest that "
          + "are not zero is \(least.layer), with \(Quantity.digits(100 * least.nonZeroShare.value)) %.")
    }
    let loose = Set(entries.filter { !$0.isDeterministic }.map(\.backend)).sorted()
    if !loose.isEmpty {
      sentences.append("\(loose.joined(separator: ", ")): does not promise the same bits on every run.")
    }
    return sentences
  }
}
