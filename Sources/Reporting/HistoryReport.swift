import Foundation
import History

/// The history of a network on one machine as a page: its runs, and every layer's course over them.
package struct HistoryReport: Sendable {
  private let page: HTMLPage

  /// - Parameter run: the latest run, whose layers are shown.
  package init(_ run: RunRecord, past: Past) {
    page = HTMLPage(ReportContents(run, past: past))
  }

  private var model: RunModel { page.model }

  /// How many runs there are, and how the subject's network time went.
  package var sentence: String {
    let runs = model.past.runs
    let count = Words.count(runs.count, "run")
    guard let first = runs.first?.started.dayText, let last = runs.last?.started.dayText else {
      return "There are no runs."
    }
    let span = first == last ? "on \(first)" : "from \(first) to \(last)"
    let subject = model.subject ?? ""
    let times = model.past.totals[subject, default: []].compactMap { $0 }
    guard let start = times.first, let end = times.last, times.count > 1 else { return "\(count) \(span)." }
    return "\(count) \(span): \(subject) went from \(Units.duration(start)) to \(Units.duration(end)) "
      + "(\(Units.change(end / start - 1)))."
  }

  /// The page; equal pasts give equal bytes.
  package var html: String {
    let runs = page.section("runs", "Runs", runTable)
    return HTMLPage.document(
      title: "\(model.run.header.network) · history · efgrbench",
      body: """
        \(HTMLPage.symbols)<header><div class="verdict good">
        <p class="eyebrow">efgrbench · history of \(model.run.header.network)</p>
        <h1>\(sentence)</h1>
        <p class="facts"><span>\(model.run.header.machine.cpuModel)</span>\
        <span>\(Words.count(model.run.header.environment.threads, "thread")), \(model.run.header.environment.instructionSet)</span></p>
        </div></header>
        <main>
        \(page.section("network", "Whole network", page.networkHistory))\(layers)\(runs)</main>

        """
    ).text
  }

  /// Every layer's course on every backend but the reference.
  private var layers: HTML {
    let backends = model.backends.filter { $0 != RunModel.reference }
    let rows = model.run.layers.flatMap { layer in
      backends.compactMap { backend -> [HTML]? in
        guard let past = model.past(of: layer, on: backend) else { return nil }
        let times = past.points.compactMap(\.median)
        let bad = past.points.count { !$0.isGood }
        return [
          "\(layer.name)", page.named(backend), "\(Sparkline(times).html)", "\(Units.duration(times.first))",
          "\(Units.duration(times.last))", "\(Units.change(Trend(times: times).change))",
          "\(Units.small(past.points.compactMap(\.ratio).max()))", bad == 0 ? "0" : "<b>\(bad)</b>",
        ]
      }
    }
    return page.section(
      "layers", "Layers",
      HTMLPage.table(
        [
          "layer", "backend", "course", "first", "last", "last against median", "largest error ratio",
          "not good",
        ],
        rows, caption: "Every layer over the runs"))
  }

  /// The runs, newest first.
  private var runTable: HTML {
    let backends = model.past.totals.keys.sorted()
    let rows = model.past.runs.enumerated().reversed().map { place, run -> [HTML] in
      [
        "\(run.started.reportText)", "<code>\(String(run.uuid.prefix(8)))</code>",
        "<code>\(String(run.commit.prefix(10)))</code>", "\(run.status.rawValue)",
      ]
        + backends.map { "\(Units.duration(model.past.totals[$0]?[place]))" } + [
          run.label.isEmpty ? "" : "<span class=\"words\">\(run.label)</span>"
        ]
    }
    return HTMLPage.table(
      ["started", "run", "commit", "status"] + backends + ["label"], rows, caption: "The runs, newest first")
  }

  /// Writes the page into `folder`, which is made where it is absent.
  ///
  /// - Returns: its path.
  /// - Throws: ``ReportError``.
  package func write(to folder: String) throws(ReportError) -> String {
    let directory = URL(fileURLWithPath: folder, isDirectory: true)
    let file = directory.appendingPathComponent("\(model.run.header.network.safeInFileNames)-history.html")
    do {
      try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
      try Data(html.utf8).write(to: file, options: .atomic)
    } catch {
      throw ReportError(folder: folder, reason: error.localizedDescription)
    }
    return file.path
  }
}
