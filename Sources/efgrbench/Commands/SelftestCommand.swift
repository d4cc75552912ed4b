import ArgumentParser
import Catalogue
import Faults
import Foundation
import Golden
import Tensors

/// The checkers' own check.
struct SelftestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "selftest", abstract: "Proves that the checkers can fail: seeded faults must all be caught.",
    discussion: """
      Example: efgrbench selftest --kind conv2d --json selftest.json

      Seeded faults in every kind's kernels and in the comparator itself are held against the checks that verify and \
      run apply. Exit code 10 if one is missed. Injected slow-downs and A/A runs, which prove the regression gate, \
      are still to come.
      """)

  @Argument(
    help: ArgumentHelp(
      "Golden packs or files whose small cases faults are tried on as well.", valueName: "pack or file"))
  var paths: [String] = []
  @Option(help: ArgumentHelp("Only the faults of one kind, such as conv2d.", valueName: "kind"))
  var kind: String?
  @Option(
    help: ArgumentHelp("Write the results as JSON to a file; - for standard output.", valueName: "file"))
  var json: String?

  func run() throws {
    try endingProgram {
      Interruption.listen()
      let kinds = try resolveKinds()
      let goldens = try GoldenProbes(paths, kinds: kinds)
      let progress = Progress()
      var reports: [KindReport] = []
      for (index, kind) in kinds.enumerated() where !Interruption.isRequested {
        progress.show(kind.rawValue, done: index, total: kinds.count)
        reports.append(try KindReport(of: kind, and: goldens.probes))
      }
      progress.clear()
      let comparators = try ComparatorReport()
      if let json { try JSONOutput.write(SelftestDocument(reports, comparators), to: json) }
      if json != "-" { SelftestSummary(reports: reports, comparators: comparators, goldens: goldens).print() }
      let isGood = comparators.isGood && reports.allSatisfy(\.isGood)
      return max(isGood ? .good : .checkFailed, reports.count == kinds.count ? .good : .notCovered)
    }
  }

  private func resolveKinds() throws -> [LayerKind] {
    guard let kind else { return LayerKind.allCases }
    guard let known = LayerKind(rawValue: kind) else {
      throw ProgramError.usage(
        "There is no kind \"\(kind)\"; there are \(LayerKind.allCases.map(\.rawValue).joined(separator: ", "))."
      )
    }
    return [known]
  }
}

/// Golden cases as probes.
struct GoldenProbes {
  private(set) var probes: [Probe] = []
  /// How many cases are too large for faults that are evaluated one after the other.
  private(set) var tooLarge = 0

  /// Multiply–accumulates, or elements, of the largest case that is tried.
  private static let limit = 200_000

  /// - Throws: ``ProgramError`` for the first file that is refused.
  init(_ paths: [String], kinds: [LayerKind]) throws {
    for entry in paths.flatMap({ GoldenPack.entries(at: URL(fileURLWithPath: $0)) }) {
      switch entry {
      case .layer(let golden) where kinds.contains(golden.layer.kind): add(golden)
      case .layer, .network: continue
      case .refused(let file, let message): throw ProgramError.badInput("\(file): \(message).")
      }
    }
  }

  private mutating func add(_ golden: GoldenCase) {
    guard max(golden.layer.macs, golden.layer.outputShape.count) <= Self.limit else {
      tooLarge += 1
      return
    }
    probes.append(
      Probe(
        name: golden.name, layer: golden.layer, inputs: golden.loadInputs(),
        parameters: golden.loadParameters(), truth: golden.truth, isExact: golden.comparison == .exact))
  }
}
