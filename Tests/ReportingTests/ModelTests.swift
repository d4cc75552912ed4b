import Foundation
import History
import Testing

@testable import Reporting

@Suite("Numbers and words")
struct ModelTests {
  @Test(arguments: [
    (12, "12 ns"), (12.34, "12.3 ns"), (999.6, "1.00 µs"), (1234, "1.23 µs"), (268_400_000, "268 ms"),
    (1_424_000_000, "1.42 s"), (98_100_000_000, "98.1 s"), (1.2e12, "1200 s"), (0, "0 ns"),
  ])
  func durations(nanoseconds: Double, text: String) {
    #expect(Units.duration(nanoseconds) == text)
  }

  @Test func missingNumbersAreDashes() {
    #expect(Units.duration(nil) == "–")
    #expect(Units.percent(.nan) == "–")
    #expect(Units.factor(nil) == "–")
    #expect(Units.small(nil) == "–")
  }

  @Test(arguments: [
    (0, "0"), (1e-9, "1.0×10⁻⁹"), (0.000_76, "0.00076"), (0.012345, "0.012"), (0.5, "0.50"), (1.26, "1.3"),
    (37.5, "38"),
    (4321, "4321"), (123_456, "1.2×10⁵"), (-3e12, "-3.0×10¹²"), (.infinity, "∞"), (-.infinity, "−∞"),
    (.nan, "NaN"),
  ])
  func errors(value: Double, text: String) {
    #expect(Units.small(value) == text)
  }

  @Test func otherUnits() {
    #expect(Units.percent(0.613) == "61 %")
    #expect(Units.percent(0.0613) == "6.1 %")
    #expect(Units.percent(0.0001) == "<0.1 %")
    #expect(Units.percent(0) == "0 %")
    #expect(Units.factor(1.94) == "1.9×")
    #expect(Units.factor(141.6) == "142×")
    #expect(Units.large(1_887_436_800) == "1.89 G")
    #expect(Units.large(0) == "0")
    #expect(Units.bytes(32 << 20) == "32.0 MiB")
    #expect(Units.plusMinus(median: 100, low: 99, high: 101, samples: 9) == "±1.0 %")
    #expect(Units.plusMinus(median: 100, low: 100, high: 100, samples: 1) == "1 sample")
    #expect(Units.ulp(14) == "14")
    #expect(Units.ulp(1.5) == "1.5")
    #expect(Units.ulp(4e9) == "4.00 G")
    #expect(Units.ulp(9999) == "9999" && Units.ulp(113_000) == "113 k")
    #expect([0.5, 1e4, 2.5e8, 1e9].map(Units.roundDuration) == ["0.5 ns", "10 µs", "250 ms", "1 s"])
  }

  @Test func shapesInWords() {
    let words = FakeRun.complete().layers.map(\.words)
    #expect(words.first == "3→64 · 320×320 · 3×3, pad 1, bias, ReLU")
    #expect(words.contains("256 · 80×80→40×40 · 2×2, stride 2"))
    #expect(words.last == "1×6375×6")
  }

  @Test func theWaterfallIsTheWholeTime() throws {
    let model = RunModel(FakeRun.complete())
    let spans = Waterfall(model, backend: "tiled").spans
    let last = try #require(spans.last)
    #expect(abs(last.start + last.share - 1) < 1e-9)
    #expect(spans.reduce(0) { $0 + $1.layers } == model.run.layers.count)
    #expect(zip(spans, spans.dropFirst()).allSatisfy { abs($0.start + $0.share - $1.start) < 1e-9 })
    #expect(Waterfall(model, backend: "nobody").spans.isEmpty)
  }

  @Test func verdicts() {
    #expect(Verdict(RunModel(FakeRun.complete())).tone == .good)
    #expect(
      Report(FakeRun.troubled()).verdict
        == "3 of 109 results are not good: 1 failed, 1 mistrusted, 1 right alone but not in the network.")
    var partial = FakeRun.complete()
    partial.layers.removeLast()
    #expect(Verdict(RunModel(partial)).tone == .partial)
    #expect(Report(partial).notices == ["This run is partial: 106 of 107 layers are recorded."])
    partial.header.plannedLayers = 106
    partial.header.environment.build.configuration = "debug"
    #expect(Report(partial).notices == ["This is a debug build: its times say little."])
  }

  @Test func speedUpsCompareLikeWithLike() throws {
    var run = FakeRun.complete()
    #expect(RunModel(run).speedUp(of: "openblas") == nil)
    run.totals[0].endToEnd = nil
    let model = RunModel(run)
    let base = try #require(run.totals[0].sumOfLayers)
    let own = try #require(run.totals[1].sumOfLayers)
    #expect(model.speedUp(of: "tiled") == base / own)
    #expect(model.speedUp(of: "reference") == nil)
  }
}
