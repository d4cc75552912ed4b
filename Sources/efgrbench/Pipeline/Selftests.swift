import Faults
import History
import Measurement

extension HistoryDatabase {
  /// The newest self-test of the very program that a run was made with: the same build of the same commit, in the same
  /// state. Nil where the record holds none.
  func selftest(of environment: EnvironmentRecord) throws(HistoryError) -> StoredDocument? {
    for document in try documents(schema: SelftestDocument.schema) {
      let origin = try? document.decoded(as: SelftestOrigin.self)
      if origin == SelftestOrigin(build: environment.build, git: environment.git) { return document }
    }
    return nil
  }

  /// One sentence that says what the self-test of a run's program found, or that there was none.
  func selftestSentence(for environment: EnvironmentRecord) throws(HistoryError) -> String {
    guard let stored = try selftest(of: environment),
      let tally = try? stored.decoded(as: SelftestTally.self)
    else {
      return "The record holds no self-test of this build: efgrbench selftest --db \(path) adds one."
    }
    let (caught, missed) = (
      tally.summary[Finding.Outcome.caught.rawValue] ?? 0, tally.summary[Finding.Outcome.missed.rawValue] ?? 0
    )
    return "The self-test of this build caught \(caught) of \(caught + missed) seeded faults and "
      + "\(tally.summary["comparator_caught"] ?? 0) of \(tally.summary["comparator_faults"] ?? 0) faulty judges."
  }
}

/// The part of a ``SelftestDocument`` that says which program was tested.
private struct SelftestOrigin: Hashable, Codable {
  let build: BuildInfo
  let git: GitState
}

/// The part of a ``SelftestDocument`` that says what came of it.
private struct SelftestTally: Codable {
  let summary: [String: Int]
}
