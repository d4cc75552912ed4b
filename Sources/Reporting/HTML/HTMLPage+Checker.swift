extension HTMLPage {
  /// The checks, checked: which seeded faults were caught, and by what.
  var checker: HTML {
    guard let selftest = model.attachments.selftest, !selftest.kernels.isEmpty else { return "" }
    let missed = selftest.kernels.filter { $0.outcome == "missed" }
    let fooled = selftest.comparators.filter { $0.outcome == "missed" }
    let lost =
      missed.map { "<li><b>\($0.id)</b> in \($0.kind): \($0.sentence ?? "")</li>\n" as HTML }
      + fooled.map { "<li><b>\($0.id)</b>, a judge: \($0.sentence ?? "")</li>\n" as HTML }
      + selftest.defects.map { "<li>\($0)</li>\n" as HTML }
    let list: HTML = lost.isEmpty ? "" : "<ul class=\"failures\">\(lost)</ul>\n"
    return section(
      "checker", "The checks, checked",
      """
      <p class="hint">Faults that are seeded into kernels and into the judge on purpose. \(sentence(selftest))</p>
      \(list)\(kinds(selftest))
      """)
  }

  private func sentence(_ selftest: SelftestSummaryDocument) -> String {
    let count = { (outcome: String) in selftest.kernels.count { $0.outcome == outcome } }
    let judges = selftest.comparators.count { $0.outcome == "caught" }
    return "Of \(Words.count(selftest.kernels.count, "faulty kernel")) \(count("caught")) were caught, "
      + "\(count("equivalent")) change no bit of any output, and \(count("missed")) were missed; "
      + "\(judges) of \(Words.count(selftest.comparators.count, "faulty judge")) were told apart."
  }

  /// A row per kind: how many faults, and how many each check caught.
  private func kinds(_ selftest: SelftestSummaryDocument) -> HTML {
    let checks = Set(selftest.kernels.flatMap { ($0.caughtBy ?? [:]).filter { $0.value > 0 }.keys }).sorted()
    let kinds = selftest.kernels.map(\.kind).reduce(into: [String]()) {
      if !$0.contains($1) { $0.append($1) }
    }
    let rows = kinds.map { kind -> [HTML] in
      let own = selftest.kernels.filter { $0.kind == kind }
      let smallest = selftest.smallestErrors.first { $0.kind == kind }
      let outcomes = ["caught", "equivalent", "missed"].map { outcome in own.count { $0.outcome == outcome } }
      let caught = checks.map { check in own.count { ($0.caughtBy?[check] ?? 0) > 0 } }
      return ["\(kind)"] + (outcomes + caught).map { "\($0)" as HTML }
        + ["\(Units.small(smallest?.smallestCaught?.value))"]
    }
    return Self.table(
      ["kind", "caught", "equivalent", "missed"]
        + checks.map { "by \($0.replacingOccurrences(of: "_", with: " "))" }
        + ["smallest error caught, in bounds"], rows,
      caption: "Seeded faults by kind of layer and by who caught them")
  }
}
