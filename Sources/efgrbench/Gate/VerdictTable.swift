import Gate

/// A verdict on the terminal: the sentence, and a row for all that is not simply the same.
struct VerdictTable {
  let verdict: GateVerdict

  init(_ verdict: GateVerdict) { self.verdict = verdict }

  func print() {
    Swift.print(paint(verdict.sentence))
    let rows = verdict.totals + verdict.layers.filter { $0.change != .same || !$0.accepted.isEmpty }
    let same = verdict.layers.filter { $0.change == .same }.count
    if !rows.isEmpty { Swift.print("\n" + table(rows).text) }
    if same > 0 {
      Swift.print(
        "\nShown to be the same within \(Quantity.digits((verdict.settings?.margin ?? 0) * 100)) %: \(same)")
    }
    for finding in verdict.failures + verdict.missing {
      Swift.print("\(Style.red(finding.layer)) on \(finding.backend): \(finding.message)")
    }
    for alert in verdict.accuracyAlerts { Swift.print(Style.yellow(alert.sentence)) }
    for note in verdict.notes { Swift.print(note) }
    if !verdict.discarded.isEmpty {
      Swift.print("\(verdict.discarded.count) blocks were thrown away by the rules set beforehand.")
    }
  }

  private func table(_ rows: [LayerVerdict]) -> TextTable {
    var table = TextTable([
      ("layer", .left), ("backend", .left), ("verdict", .left), ("head ÷ base", .right), ("low", .right),
      ("high", .right), ("base", .right), ("head", .right), ("visible from", .right),
    ])
    for row in rows {
      table.add([
        row.layer ?? "whole network", row.backend, name(of: row),
        row.ratio.map { Quantity.digits($0.ratio) } ?? "–", row.ratio.map { Quantity.digits($0.low) } ?? "–",
        row.ratio.map { $0.high.map(Quantity.digits) ?? "∞" } ?? "–",
        row.baseMedian.map(Quantity.time) ?? "–", row.headMedian.map(Quantity.time) ?? "–",
        row.smallestVisible.map { "\(Quantity.digits($0 * 100)) %" } ?? "–",
      ])
    }
    return table
  }

  private func name(of row: LayerVerdict) -> String {
    if !row.accepted.isEmpty { return "slower, accepted" }
    let name =
      row.change.rawValue + (row.isBlind ? ", blind" : "") + (row.isControlBiased ? ", control biased" : "")
    switch row.change {
    case .slower: return Style.red(name)
    case .faster: return Style.green(name)
    case .same, .none: return name
    case .inconclusive: return Style.yellow(name)
    }
  }

  private func paint(_ sentence: String) -> String {
    switch verdict.outcome {
    case .good: Style.green(sentence)
    case .inconclusive, .improvement, .noBaseline, .incomparable: Style.yellow(sentence)
    case .checkFailed, .regression, .notCovered, .usage, .badInput, .internalError, .busy: Style.red(sentence)
    }
  }
}
