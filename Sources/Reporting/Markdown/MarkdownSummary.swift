import Foundation
import History

/// The report in short, as Markdown.
struct MarkdownSummary {
  let model: RunModel
  let verdict: Verdict
  /// How many layers the list of the longest ones has.
  private let longest = 12

  init(_ contents: ReportContents) {
    model = RunModel(contents)
    verdict = Verdict(model)
  }

  init(_ run: RunRecord) { self.init(ReportContents(run)) }

  var text: String {
    let parts = [title, notices, failures, totals, change, layers, environment, footnotes]
    return parts.filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n"
  }

  private var title: String {
    let header = model.run.header
    let facts = [
      header.label, header.started.reportText, "commit \(header.environment.git.reportText)",
      header.machine.cpuModel,
    ]
    return """
      # \(header.network.markdownEscaped)

      **\(verdict.sentence.markdownEscaped)**

      \(facts.filter { !$0.isEmpty }.map(\.markdownEscaped).joined(separator: " · "))
      """
  }

  private var notices: String {
    verdict.notices.map { "> \($0.markdownEscaped)" }.joined(separator: "\n>\n")
  }

  private var failures: String {
    let results = model.bad.map { layer, result in
      let message = result.message.isEmpty ? "" : ": \(result.message.markdownEscaped)"
      let repro = result.repro.isEmpty ? "" : " Repeat: \(result.repro.markdownCode)"
      return "- **\(layer.name.markdownEscaped)** on \(result.backend.markdownEscaped) is "
        + "\(result.status.rawValue)\(network(result))\(message)\(repro)"
    }
    let files = model.run.refused.map {
      "- **\($0.file.markdownEscaped)** was refused: \($0.message.markdownEscaped)"
    }
    let all = results + files
    return all.isEmpty ? "" : "## What is not good\n\n" + all.joined(separator: "\n")
  }

  private func network(_ result: ResultRecord) -> String {
    result.chained.map { $0.status.isGood ? "" : ", in the network \($0.status.rawValue)" } ?? ""
  }

  private var totals: String {
    let rows = model.backends.map { backend in
      let total = model.total(of: backend)
      let worst = model.worst(of: backend)
      return [
        backend, Units.duration(total?.endToEnd?.median), Units.duration(total?.sumOfLayers),
        Units.factor(model.speedUp(of: backend)), Units.rate(total?.endToEnd?.gflops),
        worst.map { "\(Units.small($0.ratio)) (\($0.layer))" } ?? Units.missing, statuses(backend),
      ]
    }
    return "## Whole network\n\n"
      + table(
        ["backend", "end to end", "sum of layers", "speed-up", "GFLOP/s", "largest error ratio", "layers"],
        rows)
  }

  private func statuses(_ backend: String) -> String {
    ResultStatus.allCases.compactMap { status in
      let count = model.count(status, backend: backend)
      return count > 0 ? "\(count) \(status.rawValue)" : nil
    }.joined(separator: ", ")
  }

  /// What differs from the run that this one is compared with, the largest changes first.
  private var change: String {
    guard let comparison = model.comparison else { return "" }
    let changed = comparison.rows.filter { $0.isApart || $0.becameBad || $0.becameGood }
      .sorted { abs($0.logRatio ?? .infinity) > abs($1.logRatio ?? .infinity) }
    let title = "## Against run \(comparison.base.header.uuid.prefix(8).description.markdownEscaped)\n\n"
    guard !changed.isEmpty else { return title + "Nothing differs clearly.\(comparison.warning)" }
    let rows = changed.prefix(longest).map { row in
      [
        row.layer.name, row.backend,
        row.statuses.0 == row.statuses.1
          ? row.statuses.1.rawValue : "\(row.statuses.0.rawValue) → \(row.statuses.1.rawValue)",
        Units.duration(row.times.0), Units.duration(row.times.1),
        row.logRatio.map { Units.change(exp($0) - 1) } ?? Units.missing,
      ]
    }
    let rest = changed.count > longest ? "\n\nAnd \(changed.count - longest) more." : ""
    return title + table(["layer", "backend", "status", "before", "now", "change"], rows) + rest
      + comparison.warning
  }

  private var layers: String {
    guard let subject = model.subject else { return "" }
    let timed = model.run.layers.compactMap { layer -> (layer: LayerRecord, timing: TimingRecord)? in
      layer.result(of: subject)?.timing.map { (layer, $0) }
    }
    guard !timed.isEmpty else { return "" }
    let sum = model.timedSum(of: subject)
    let rows = timed.sorted { $0.timing.median > $1.timing.median }.prefix(longest).map { layer, timing in
      [
        layer.name, layer.words, Units.duration(timing.median), Units.percent(timing.median / sum),
        Units.factor(model.speedUp(of: subject, in: layer)), Units.rate(timing.gflops),
        Units.percent(timing.roofFraction), Units.small(layer.result(of: subject)?.maxRatio),
      ]
    }
    return "## The longest layers on \(subject.markdownEscaped)\n\n"
      + table(
        ["layer", "shape", "time", "share", "speed-up", "GFLOP/s", "of roof", "error ratio"], rows)
  }

  private var environment: String {
    "## Environment\n\n" + table(["", ""], Facts(model).entries.map { [$0.name, $0.value] })
  }

  private var footnotes: String {
    """
    Time: median per call. Speed-up: against the reference. GFLOP/s: operations of the direct algorithm. Error \
    ratio: largest |error| / guaranteed bound, at most 1 is right. The paper reports 33.2 AP (COCO test-dev) at 21 ms \
    for VGG16 at 320 on one Titan X Pascal (reported, not measured here).
    """
  }

  private func table(_ heads: [String], _ rows: [[String]]) -> String {
    let cells = rows.map { $0.map(\.markdownEscaped) }
    let lines = [heads.map(\.markdownEscaped), heads.map { _ in "---" }] + cells
    return lines.map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n")
  }
}
