import Foundation
import History
import Testing

@testable import Reporting

@Suite("Plots")
struct PlotTests {
  @Test func logarithmicScales() {
    let axis = Axis.logarithmic("x", holding: [0.02, 300, 0, .infinity, .nan], label: Axis.power)
    #expect(axis.low == 0.01 && axis.high == 1000)
    #expect(axis.ticks.map(\.label) == ["10⁻²", "10⁻¹", "1", "10¹", "10²", "10³"])
    #expect(axis.position(0) == 0 && axis.position(.nan) == 0 && axis.position(1e9) == 1)
    #expect(abs(axis.position(1) - 0.4) < 1e-12)
    #expect(Axis.logarithmic("x", holding: [], label: Axis.power).ticks.count == 2)
  }

  @Test(arguments: [(7.0, 8.0), (100, 100), (0.003, 0.003), (0, 1), (23, 30)])
  func evenScalesEndOnRoundNumbers(largest: Double, high: Double) {
    let axis = Axis.linear("x", holding: [largest]) { "\($0)" }
    #expect(abs(axis.high - high) < 1e-12)
    #expect(axis.ticks.first?.label == "0" && axis.ticks.last?.value == axis.high)
  }

  @Test func wordsOfLinesThatLieCloseStandBelowOneAnother() {
    let scale = Axis.linear("", holding: [100]) { "\($0)" }
    var plot = Plot(x: scale, y: scale, summary: "")
    plot.words = [(0, 50, "memory"), (0, 51, "L3"), (50, 50.5, "elsewhere"), (0, 90, "peak")]
    let placed = plot.placedWords
    #expect(placed.map(\.text) == plot.words.map(\.text))
    let expected = [0.54, 0.49, 0.495, 0.1]
    #expect(zip(placed, expected).allSatisfy { abs($0.top - $1) < 1e-9 })
  }

  @Test func levelsKeepRatiosToFivePercent() throws {
    for ratio in [1e-6, 0.003, 0.25, 1, 37.5] {
      let back = try #require(LevelMap.ratio(LevelMap.level(ratio)))
      #expect(abs(back / ratio - 1) < 0.05)
    }
    #expect(LevelMap.ratio(LevelMap.level(nil)) == nil)
    #expect(LevelMap.ratio(LevelMap.level(0)) == 0)
    #expect(LevelMap.level(.infinity) == 255 && LevelMap.level(.nan) == 255)
  }

  @Test func heatMapsTellWhatFailsFromWhatWasNotCompared() {
    let map = LevelMap(rows: 2, columns: 2, ratios: [nil, 1e-5, 1, 2])
    let picture = HeatMap(map).picture
    #expect(picture[0, 0] == HeatMap.none)
    #expect(picture[1, 0].luma < 0.15)
    #expect(picture[0, 1].luma > 0.75)
    #expect(picture[1, 1] == HeatMap.past)
  }

  @Test func differencesAreSymmetricAboutNoDifference() {
    let levels = DifferenceLevels([3, 1, 2, .nan], less: [2, 1, 4, 0])
    #expect(levels.largest == 2)
    #expect(Array(levels.levels) == [192, 128, 1, 0])
    #expect(DifferenceLevels.share(1) == 0 && DifferenceLevels.share(255) == 1)
    #expect(DifferenceLevels.share(DifferenceLevels.middle) == 0.5 && DifferenceLevels.share(0) == nil)
    let picture = HeatMap(levels, rows: 2, columns: 2).picture
    #expect(picture[1, 0].luma > 0.85 && picture[0, 1].luma < 0.15)
    #expect(picture[0, 0].red > picture[0, 0].blue)
    #expect(picture[1, 1] == HeatMap.none)
    let equal = DifferenceLevels([1, 2], less: [1, 2])
    #expect(equal.largest == 0 && Array(equal.levels) == [128, 128])
  }

  @Test func oneElementAmongThousandsIsSeen() {
    let heights = Histogram([100_000, 1, 0]).heights
    #expect(heights[0] == 1 && heights[1] > 0.12 && heights[2] == 0)
    #expect(Histogram([]).heights.isEmpty)
  }

  @Test func sparklinesAreReducedToMedians() {
    let reduced = Sparkline.reduced((0..<1000).map(Double.init), to: 40)
    #expect(reduced.count == 40)
    #expect(reduced.first == 12 && reduced.last == 987)
    #expect(Sparkline([1]).html.text.isEmpty)
  }

  @Test func trendsAreAgainstTheMedianBefore() {
    #expect(Trend(times: [1, 2, 3, 4]).change == 1)
    #expect(Trend(times: [2]).change == nil)
    #expect(Units.change(0.034) == "+3.4 %")
    #expect(Units.change(-0.5) == "−50 %")
    #expect(Units.change(0.0001) == "±0 %")
  }
}

@Suite("Two runs")
struct ComparisonTests {
  @Test func whatDiffersIsTold() throws {
    let contents = FakeRun.withEverything()
    let base = try #require(contents.base)
    let comparison = RunComparison(base: base, head: contents.run)
    let apart = comparison.rows.filter(\.isApart)
    #expect(apart.map(\.layer.name) == ["pool1"])
    #expect(comparison.rows.filter(\.becameGood).map(\.layer.name) == ["conv2_1"])
    #expect(comparison.warning.isEmpty)
    #expect(
      comparison.sentence("tiled") == "Against run 0b6f1e1c, 1 layer of tiled seem faster and 0 slower.")
    var other = base
    other.header.environment.threads = 1
    #expect(!RunComparison(base: other, head: contents.run).warning.isEmpty)
  }

  @Test func equalRunsDoNotDiffer() {
    let run = FakeRun.complete()
    let comparison = RunComparison(base: run, head: run)
    #expect(!comparison.rows.contains { $0.isApart || $0.becameBad || $0.becameGood })
    #expect(comparison.sentence("tiled") == "No layer's time differs clearly from run 0b6f1e1c's.")
  }
}

@Suite("History page")
struct HistoryPageTests {
  @Test func itTellsTheCourse() {
    let run = FakeRun.complete()
    let report = HistoryReport(run, past: FakeRun.past(of: run))
    #expect(
      report.sentence == "30 runs from 2026-10-25 to 2026-11-23: tiled went from 500 ms to 529 ms (+5.8 %).")
    #expect(report.html.contains("30 runs from 2026-10-25") && report.html.hasSuffix("</html>\n"))
    #expect(!report.html.contains("<i>"))
    #expect(HistoryReport(run, past: Past()).sentence == "There are no runs.")
  }
}
