import Backends
import Catalogue
import Foundation
import Measurement
import TiledBackend
import Verification

/// The file in which the tiled backend's measured choices are remembered.
struct PlanShelf {
  let path: String

  /// What the choices depend on: machine, instruction set, threads, and the program's own code.
  static func conditions(instructionSet: InstructionSet, threads: Int) -> String {
    "\(MachineInfo.current().identity); \(instructionSet.rawValue); \(threads) threads; "
      + "code \(HotCode.ofThisProgram() ?? InstructionSet.buildFlags)"
  }

  /// The book, where there is one that holds. A file of other conditions, or that can't be read, is none: it is
  /// written anew by the next full run.
  func book(for conditions: String) -> PlanBook? {
    guard let data = FileManager.default.contents(atPath: path),
      let book = try? JSONDecoder().decode(PlanBook.self, from: data), book.holds(for: conditions)
    else { return nil }
    return book
  }

  /// Adds what was measured to the book. A file that can't be written is said on stderr, and costs no result.
  func enter(_ measured: [MeasuredChoice], conditions: String) {
    guard !measured.isEmpty else { return }
    var book = book(for: conditions) ?? PlanBook(conditions: conditions)
    for choice in measured { book.enter(choice.candidates, for: choice.layer) }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      let url = URL(fileURLWithPath: path)
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try encoder.encode(book).write(to: url, options: .atomic)
    } catch {
      Notice.print("the measured plans can't be written to \(path): \(error.localizedDescription)")
    }
  }
}

/// What one layer's algorithms cost and erred in a run.
struct MeasuredChoice {
  let layer: Layer
  let candidates: [PlanBook.Candidate]

  /// - Parameters:
  ///   - outcomes: the tiled backend's, that are right.
  ///   - nanoseconds: the time of an outcome; nil where it was not timed.
  init(_ layer: Layer, _ outcomes: [Verifier.Outcome], nanoseconds: (Verifier.Outcome) -> Double?) {
    self.layer = layer
    candidates = outcomes.compactMap { outcome in
      nanoseconds(outcome).map {
        PlanBook.Candidate(
          algorithm: outcome.plan.algorithm, nanoseconds: $0, meanError: outcome.verdict.meanAbsError)
      }
    }
  }
}
