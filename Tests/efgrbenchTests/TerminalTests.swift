import History
import Testing

@testable import efgrbench

@Suite("On a terminal")
struct TerminalTests {
  private func layer(_ results: [ResultRecord]) -> LayerRecord {
    LayerRecord(
      name: "conv1_1", kind: "conv2d", position: 0, attributes: "", inputShapes: [[1, 3, 8, 8]],
      outputShape: [1, 4, 8, 8], parameters: 1, macs: 1, bytes: 1, results: results)
  }

  private func result(_ backend: String, _ median: Double, _ status: ResultStatus = .passed) -> ResultRecord {
    ResultRecord(
      backend: backend, algorithm: "a", status: status, elements: 1, maxRatio: 0.0123, repro: "again",
      message: status.isGood ? "" : "It is wrong.",
      timing: status.isGood
        ? TimingRecord(
          threads: 1, median: median, low: median, high: median, coverage: 1, repetitions: 1,
          ending: .precise,
          gflops: nil, roofFraction: nil, samples: [median]) : nil)
  }

  @Test func linesStandInColumns() {
    let table = LiveTable(backends: ["reference", "tiled"], width: nil)
    let text = table.text(layer([result("reference", 2e6), result("tiled", 1e5)]))
    #expect(
      table.head == """
                                  reference                   tiled
        layer                     status      ratio     time  status      ratio     time  speed-up
        """)
    #expect(
      text == "conv1_1                   passed     0.0123  2.00 ms  passed     0.0123   100 µs     20.0×")
  }

  @Test func whatIsWrongIsSaidBelow() {
    let table = LiveTable(backends: ["tiled"], width: nil)
    let lines = table.text(layer([result("tiled", 1, .failed)])).split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines[1] == "  tiled: It is wrong." && lines[2] == "  repeat with: again")
  }

  @Test(arguments: [80, 100, 200])
  func noLineIsWiderThanTheTerminal(width: Int) {
    let table = LiveTable(backends: ["reference", "tiled"], width: width)
    let text = table.text(layer([result("reference", 2e6), result("tiled", 1e5)]))
    for line in (table.head + "\n" + text).split(separator: "\n") { #expect(line.count <= width) }
    #expect(text.contains("0.0123") == (width > 80))
  }

  @Test func progressTellsTheTimeLeft() {
    let line = Progress.line("conv4_1", done: 3, total: 10, share: 0.25, elapsed: 30, width: 80)
    #expect(line == "█████··············· 3/10  30 s, about 90 s left  conv4_1")
    #expect(!Progress.line("x", done: 1, total: 10, share: 0.01, elapsed: 30, width: 80).contains("left"))
    #expect(!Progress.line("x", done: 10, total: 10, share: 1, elapsed: 30, width: 80).contains("left"))
    #expect(Progress.line("a long name", done: 1, total: 2, share: nil, elapsed: 500, width: 30).count == 29)
    #expect(
      Progress.line("x", done: 0, total: 0, share: nil, elapsed: 0, width: 80)
        == "···················· 0 s  x")
  }
}
