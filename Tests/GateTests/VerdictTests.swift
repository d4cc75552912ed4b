import Foundation
import FoundationXML
import Testing

@testable import Gate

@Suite("What a gate says and how it ends")
struct VerdictTests {
  private func verdict(_ change: (inout GateVerdict) -> Void) -> GateVerdict {
    var verdict = GateVerdict(
      command: "ab", network: "efgrnet-vgg16-320-coco", machine: "a machine", base: .init(name: "old|build"),
      head: .init(name: "new"))
    verdict.settings = .init(budget: ErrorBudget(comparisons: 3), detect: 0.05)
    verdict.layers = [row("conv1_1", .same, 1.001)]
    change(&verdict)
    return verdict
  }

  private func row(
    _ layer: String?, _ change: Change, _ ratio: Double, blind: Bool = false, biased: Bool = false
  ) -> LayerVerdict {
    LayerVerdict(
      layer: layer, kind: "conv2d", backend: "tiled", baseStatus: "passed", headStatus: "passed",
      change: change,
      ratio: RatioInterval(ratio: ratio, low: ratio * 0.98, high: ratio * 1.02, coverage: 0.98),
      baseMedian: 1000, headMedian: 1000 * ratio, count: 20, smallestVisible: 0.031, isBlind: blind,
      isControlBiased: biased)
  }

  private let failure = GateVerdict.Finding(layer: "fc6", backend: "tiled", message: "It is <wrong>.")

  private func outcomes() -> [(GateVerdict, Outcome, Int32)] {
    [
      (verdict { _ in }, .good, 0),
      (
        verdict {
          $0.failures = [failure]; $0.missing = [failure]
        }, .checkFailed, 10
      ),
      (verdict { $0.layers.append(row("fc6", .slower, 1.1)) }, .regression, 20),
      (verdict { $0.totals.append(row(nil, .slower, 1.1)) }, .regression, 20),
      (
        verdict {
          $0.layers.append(row("fc6", .slower, 1.1));
          $0.layers.append(row("x", .inconclusive, 1, blind: true))
        },
        .regression, 20
      ),
      (verdict { $0.layers.append(row("fc6", .faster, 0.8)) }, .good, 0),
      (
        verdict {
          $0.layers.append(row("fc6", .faster, 0.8)); $0.failsOnImprovement = true
        }, .improvement, 21
      ),
      (verdict { $0.layers.append(row("fc6", .slower, 1.1, biased: true)) }, .inconclusive, 30),
      (
        verdict {
          $0.layers.append(row("fc6", .slower, 1.1))
          $0.totals.append(row(nil, .same, 1, biased: true))
        }, .inconclusive, 30
      ),
      (verdict { $0.layers.append(row("fc6", .inconclusive, 1, blind: true)) }, .inconclusive, 30),
      (verdict { $0.layers.append(row("fc6", .inconclusive, 1)) }, .good, 0),
      (verdict { $0.obstacle = .init(.noBaseline, "There is none.") }, .noBaseline, 31),
      (verdict { $0.obstacle = .init(.incomparable, "Two machines.") }, .incomparable, 32),
      (
        verdict {
          $0.missing = [failure]; $0.layers.append(row("x", .slower, 2))
        }, .notCovered, 40
      ),
      (
        verdict {
          var accepted = row("fc6", .slower, 1.1)
          accepted.accepted = "the norm is exact now"
          $0.layers.append(accepted)
        }, .good, 0
      ),
      (
        verdict {
          $0.accuracyAlerts = [
            AccuracyAlert(layer: "fc6", backend: "tiled", algorithm: "a", baseRatio: 0.1, headRatio: 0.3)
          ]
        }, .good, 0
      ),
    ]
  }

  @Test func everyCaseHasItsCode() {
    for (verdict, outcome, code) in outcomes() {
      #expect(verdict.outcome == outcome && outcome.exitCode == code, "\(verdict.sentence)")
      #expect(!verdict.sentence.isEmpty && !verdict.sentence.contains("\n"))
    }
  }

  @Test func theDocumentAgreesWithTheCodeAndComesBack() throws {
    for (verdict, outcome, code) in outcomes() {
      let text = try VerdictDocument(verdict).text()
      let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
      #expect(object["exit_code"] as? Int == Int(code))
      #expect(object["outcome"] as? String == outcome.rawValue)
      #expect(object["schema"] as? String == "efgrbench-verdict/1")
      #expect(try JSONDecoder().decode(GateVerdict.self, from: Data(text.utf8)) == verdict)
    }
  }

  @Test func markdownKeepsItsTables() {
    for (verdict, _, code) in outcomes() {
      let text = VerdictMarkdown(verdict).text
      #expect(text.contains("exit code \(code)"))
      #expect(!text.contains("<wrong>"))
      for line in text.split(separator: "\n") where line.hasPrefix("| ") {
        #expect(line.replacing("\\|", with: "").filter { $0 == "|" }.count == 8, "\(line)")
      }
    }
  }

  @Test func jUnitIsXMLWithTrueCounts() throws {
    for (verdict, outcome, _) in outcomes() {
      let text = VerdictJUnit(verdict).text
      let counter = ElementCounter()
      let parser = XMLParser(data: Data(text.utf8))
      parser.delegate = counter
      #expect(parser.parse(), "\(text)")
      #expect(counter.declared["tests"] == counter.counts["testcase"])
      #expect(counter.declared["failures"] == counter.counts["failure", default: 0])
      #expect(counter.declared["errors"] == counter.counts["error", default: 0])
      #expect(counter.declared["skipped"] == counter.counts["skipped", default: 0])
      if outcome == .regression || outcome == .checkFailed {
        #expect(counter.counts["failure", default: 0] > 0)
      }
      if outcome == .good { #expect(counter.counts["failure"] == nil && counter.counts["error"] == nil) }
    }
  }

  @Test func annotationsAreOneLineEach() throws {
    for (verdict, outcome, _) in outcomes() {
      let lines = VerdictAnnotations(verdict).text.split(separator: "\n")
      let first = try #require(lines.first)
      #expect(lines.allSatisfy { $0.hasPrefix("::") })
      #expect(
        first.hasPrefix(outcome == .good ? "::notice" : outcome == .inconclusive ? "::warning" : "::error"))
    }
    let text = VerdictAnnotations(verdict { $0.obstacle = .init(.badInput, "50 %\nbad") }).text
    #expect(text == "::error title=efgrbench::50 %25%0Abad\n")
  }
}

/// Counts elements, and keeps the numbers that the suite declares.
private final class ElementCounter: NSObject, XMLParserDelegate {
  var counts: [String: Int] = [:]
  var declared: [String: Int] = [:]

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    counts[name, default: 0] += 1
    if name == "testsuite" { declared = attributes.compactMapValues { Int($0) } }
  }
}
