import Foundation
import Gate
import History
import Testing

@testable import efgrbench

/// What the states of regressions make of verdicts of `ab`, whose base is any build.
@Suite("Regressions that ab enters") struct RegressionBookTests {
  @Test("are confirmed at once, and fixed only by a gain that makes up for the loss")
  func confirmed() throws {
    let workspace = try Workspace()
    let database = try HistoryDatabase(
      path: workspace.folder.appending(path: "h.sqlite").path, for: .recording)
    let book = RegressionBook(database: database, series: "s", isConfirmed: true)
    func state(after change: Change, ratio: Double) throws -> RegressionRecord.State? {
      var verdict = GateVerdict(
        command: "ab", network: "n", machine: "m", base: .init(name: "old"), head: .init(name: "new"))
      verdict.settings = .init(budget: ErrorBudget(comparisons: 1), detect: 0.05)
      verdict.layers = [
        LayerVerdict(
          layer: "conv1", backend: "tiled", change: change,
          ratio: RatioInterval(ratio: ratio, low: ratio, high: ratio, coverage: 0.99))
      ]
      try book.enter(&verdict)
      return try database.regressions(series: "s").first?.state
    }
    #expect(try state(after: .same, ratio: 1) == nil)
    #expect(try state(after: .slower, ratio: 1.2) == .confirmed)
    // The next pair of builds may both be slow, or win back a part.
    #expect(try state(after: .same, ratio: 1) == .confirmed)
    #expect(try state(after: .faster, ratio: 0.95) == .confirmed)
    #expect(try state(after: .faster, ratio: 0.84) == .fixed)
  }
}
