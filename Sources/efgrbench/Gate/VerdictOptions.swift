import ArgumentParser
import Foundation
import Gate

/// Where a verdict goes. verdict.json is written whatever happens.
struct VerdictOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The verdict as JSON, always written.", valueName: "file"))
  var verdict = "verdict.json"
  @Option(
    help: ArgumentHelp(
      "Append a Markdown summary to a file, such as $GITHUB_STEP_SUMMARY.", valueName: "file"))
  var markdown: String?
  @Option(help: ArgumentHelp("Write JUnit XML.", valueName: "file"))
  var junit: String?
  @Flag(
    inversion: .prefixedNo,
    help: "Print annotations for GitHub Actions (default: where GITHUB_ACTIONS is true).")
  var annotations: Bool?
  @Flag(help: "Exit code 21 where something got faster and nothing slower.")
  var failOnImprovement = false
  @Flag(help: "Exit code 10 where an error ratio doubled, though it still passes.")
  var failOnAccuracy = false

  /// Runs `body`, writes its verdict, or the error it ended with, and gives the verdict's own code.
  ///
  /// - Parameter failed: what is known of both sides where there is an error.
  func delivering(_ failed: @autoclosure () -> GateVerdict, _ body: () throws -> GateVerdict) throws
    -> ExitStatus
  {
    var verdict: GateVerdict
    do {
      verdict = try body()
    } catch {
      let (status, sentence) = ExitStatus.of(error)
      verdict = failed()
      verdict.obstacle = .init(Outcome(status), sentence)
    }
    verdict.failsOnImprovement = failOnImprovement
    verdict.failsOnAccuracy = failOnAccuracy
    try write(verdict)
    return ExitStatus(verdict.outcome)
  }

  private func write(_ verdict: GateVerdict) throws {
    try save(try VerdictDocument(verdict).text(), to: self.verdict)
    if let junit { try save(VerdictJUnit(verdict).text, to: junit) }
    if let markdown { try append(VerdictMarkdown(verdict).text, to: markdown) }
    if verdict.obstacle != nil {
      Notice.print(verdict.sentence)
    } else {
      VerdictTable(verdict).print()
    }
    let isOnGitHub = ProcessInfo.processInfo.environment["GITHUB_ACTIONS"] == "true"
    if annotations ?? isOnGitHub { print(VerdictAnnotations(verdict).text, terminator: "") }
  }

  private func save(_ text: String, to path: String) throws {
    do {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw ProgramError.badInput("\(path) can't be written: \(error.localizedDescription)")
    }
  }

  private func append(_ text: String, to path: String) throws {
    let earlier = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    try save(earlier + text, to: path)
  }
}

extension Outcome {
  init(_ status: ExitStatus) {
    self = Outcome.allCases.first { $0.exitCode == status.rawValue } ?? .internalError
  }
}

extension ExitStatus {
  init(_ outcome: Outcome) { self = ExitStatus(rawValue: outcome.exitCode) ?? .internalError }
}
