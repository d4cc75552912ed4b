import History

/// What a reader should know first.
struct Verdict {
  enum Tone: String {
    case good, partial, bad
  }

  let tone: Tone
  /// Correct? How fast against the reference?
  let sentence: String
  /// What limits the verdict, a sentence each.
  let notices: [String]

  init(_ model: RunModel) {
    let notices = Self.notices(model)
    self.notices = notices
    sentence = [Self.correctness(model), Self.speed(model), Self.peers(model), Self.change(model)]
      .compactMap { $0 }.joined(separator: " ")
    if !model.bad.isEmpty || !model.run.refused.isEmpty {
      tone = .bad
    } else {
      tone = notices.isEmpty && !model.results.isEmpty ? .good : .partial
    }
  }

  private static func correctness(_ model: RunModel) -> String {
    let count = model.results.count
    guard count > 0 else { return "Nothing was verified." }
    let bad = model.bad
    guard !bad.isEmpty else {
      return allRight(model)
    }
    let kinds = ResultStatus.allCases.filter { !$0.isGood }.compactMap { status -> String? in
      let count = model.count(status)
      return count > 0 ? "\(count) \(status.rawValue)" : nil
    }
    let inNetwork = bad.count { $0.result.status.isGood }
    let all = kinds + (inNetwork > 0 ? ["\(inNetwork) right alone but not in the network"] : [])
    let verb = bad.count == 1 ? "is" : "are"
    return "\(bad.count) of \(Words.count(count, "result")) \(verb) not good: \(all.joined(separator: ", "))."
  }

  /// Backends that offer every layer are named first, then those that offer some.
  private static func allRight(_ model: RunModel) -> String {
    let layers = model.run.layers.count
    let offers = model.backends.map { backend in
      (backend: backend, count: model.run.layers.count { $0.result(of: backend) != nil })
    }
    let whole = offers.filter { $0.count == layers }.map(\.backend)
    let parts = offers.filter { $0.count < layers && $0.count > 0 }.map { backend, count in
      "\(count == 1 ? "the one" : "the \(count)") that \(backend) offers"
    }
    let subject = layers == 1 ? "The one layer is" : "All \(layers) layers are"
    guard !whole.isEmpty else { return "Right: \(list(parts)), of \(Words.count(layers, "layer"))." }
    let rest = parts.isEmpty ? "" : ", and so are \(list(parts))"
    return "\(subject) right on \(list(whole))\(rest)."
  }

  private static func speed(_ model: RunModel) -> String? {
    guard let subject = model.subject, let time = model.networkTime(of: subject) else { return nil }
    let sentence = "\(subject.capitalisedFirst) runs the network in \(Units.duration(time))"
    guard let speedUp = model.speedUp(of: subject) else { return sentence + "." }
    return sentence + ", \(Units.factor(speedUp)) as fast as the reference."
  }

  /// The quickest of the recorded peers that computes the same.
  private static func peers(_ model: RunModel) -> String? {
    guard let document = model.peers, let whole = document.whole, let best = whole.best,
      let peer = document.peers.first(where: { $0.key == best }), let ratio = whole.ratios[best]?.median,
      ratio > 0
    else { return nil }
    let others = document.peers.count == 1 ? "" : ", the quickest of the other programs"
    return ratio <= 1
      ? "It is \(Units.factor(1 / ratio)) as fast as \(peer.name)\(others)."
      : "\(peer.name)\(others)\(others.isEmpty ? "" : ",") is \(Units.factor(ratio)) as fast."
  }

  private static func change(_ model: RunModel) -> String? {
    guard let subject = model.subject else { return nil }
    return model.comparison?.sentence(subject)
  }

  private static func notices(_ model: RunModel) -> [String] {
    let run = model.run
    let recorded = "\(run.layers.count) of \(Words.count(run.header.plannedLayers, "layer"))"
    var notices: [String] = []
    switch run.status {
    case .running:
      notices.append(
        "This run did not finish: it was killed, or was still going when this page was made. "
          + "\(recorded) are recorded.")
    case .interrupted: notices.append("This run was interrupted. \(recorded) are recorded.")
    case .complete where run.layers.count < run.header.plannedLayers:
      notices.append("This run is partial: \(recorded) are recorded.")
    case .complete: break
    }
    if !run.refused.isEmpty {
      notices.append("\(Words.count(run.refused.count, "case file")) could not be used.")
    }
    let untimed = model.results.count { $0.result.isGoodThroughout && $0.result.timing == nil }
    if untimed > 0 { notices.append("\(Words.count(untimed, "good result")) without a time.") }
    if run.header.environment.build.configuration == "debug" {
      notices.append("This is a debug build: its times say little.")
    }
    return notices
  }

  /// `a`, `a and b`, `a, b and c`.
  private static func list(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "no backend" }
    return words.dropLast().joined(separator: ", ") + " and " + last
  }
}
