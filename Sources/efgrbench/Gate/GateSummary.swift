import Gate

/// What the gate's self-test found, as tables.
struct GateSummary {
  let document: GateDocument

  func print() {
    Swift.print(
      "\(document.layers.count) layers, \(document.blocks.map { "\($0) blocks a stage" } ?? "blocks as noise asks"), "
        + "\(document.threads) threads; noise of \(document.recordedBlocks) blocks"
        + "\(document.isUnderLoad ? ", under load" : "")\n")
    Swift.print(table.text)
    guard !document.smallest.isEmpty else { return }
    Swift.print("\nSmallest slow-down seen 95 times in 100\n")
    var smallest = TextTable([("layer", .left), ("predicted", .right), ("real", .right), ("off by", .right)])
    for row in document.smallest {
      smallest.add([
        row.layer, percent(row.predicted.value), percent(row.real.value),
        row.real.value > 0 ? percent(row.predicted.value / row.real.value - 1) : "–",
      ])
    }
    Swift.print(smallest.text)
  }

  private var table: TextTable {
    var table = TextTable([
      ("slow-down", .left), ("suites", .right), ("found", .right), ("called the same", .right),
      ("false slower", .right), ("false red", .right), ("too noisy", .right), ("blocks discarded", .right),
      ("a suite", .right),
    ])
    for row in document.measured where row.suites > 0 {
      table.add([
        "\(percent(row.slowDown)), real", "\(row.suites)", share(row.found, row.changed),
        share(row.changedCalledSame, row.changed), share(row.falseSlower, row.unchanged),
        share(row.falseRed, row.suites), share(row.inconclusive, row.suites),
        share(row.discarded, row.blocks), "\(Quantity.digits(row.seconds / Double(row.suites))) s",
      ])
    }
    for row in document.simulated {
      table.add([
        "\(percent(row.slowDown)), simulated", "\(row.count.suites)",
        share(row.count.found, row.count.changed),
        share(row.count.changedCalledSame, row.count.changed),
        share(row.count.falseSlower, row.count.unchanged), share(row.count.falseRed, row.count.suites), "–",
        "–", "–",
      ])
    }
    return table
  }

  private func share(_ part: Int, _ whole: Int) -> String { whole == 0 ? "–" : "\(part)/\(whole)" }

  private func percent(_ share: Double) -> String {
    share.isFinite ? "\(Quantity.digits(share * 100)) %" : "none"
  }
}
