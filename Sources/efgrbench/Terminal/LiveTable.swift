import Foundation
import History

/// A line per layer as it is finished: of each backend status, error ratio and time, and how many times as fast as the
/// reference the tiled one is. Colours say how good it is on a terminal; elsewhere the text is plain.
struct LiveTable {
  private let backends: [String]
  /// Error ratios are left out where the terminal is too narrow for them.
  private let hasRatios: Bool
  private static let nameWidth = 24
  private static let statusWidth = 9
  private static let ratioWidth = 7
  private static let timeWidth = 8

  /// - Parameter width: the terminal's columns; nil where the text goes elsewhere.
  init(backends: [String], width: Int?) {
    self.backends = backends
    let cell = 2 + Self.statusWidth + 1 + Self.ratioWidth + 1 + Self.timeWidth
    let whole =
      Self.nameWidth + backends.count * cell + (backends.contains("reference") ? 2 + Self.timeWidth : 0)
    hasRatios = width.map { $0 >= whole } ?? true
  }

  /// Two lines: the backends above what is told of each.
  var head: String {
    let cell = hasRatios ? ["status", "ratio", "time"] : ["status", "time"]
    let over = backends.map { pad($0, cellWidth) }
    let under = backends.map { _ in columns(cell) }
    return [
      line(pad("", Self.nameWidth), over, ""),
      line(pad("layer", Self.nameWidth), under, speedUpBackend == nil ? "" : "speed-up"),
    ].joined(separator: "\n")
  }

  /// The layer's line, then a message for each result that is not good.
  func text(_ layer: LayerRecord) -> String {
    let cells = backends.map { backend -> String in
      guard let result = layer.result(of: backend) else { return pad("–", cellWidth) }
      let ratio = result.maxRatio.map { Quantity.digits($0) } ?? "–"
      let time = result.timing.map { Quantity.time($0.median) } ?? "–"
      return columns(hasRatios ? [paint(result), ratio, time] : [paint(result), time])
    }
    let messages = layer.results.filter { !isGood($0) && !$0.message.isEmpty }.flatMap { result in
      ["  \(result.backend): \(result.message)"]
        + (result.repro.isEmpty ? [] : ["  repeat with: \(result.repro)"])
    }
    return ([line(pad(layer.name, Self.nameWidth), cells, speedUp(layer))] + messages).joined(separator: "\n")
  }

  private var cellWidth: Int {
    Self.statusWidth + 1 + (hasRatios ? Self.ratioWidth + 1 : 0) + Self.timeWidth
  }

  private func columns(_ texts: [String]) -> String {
    let widths = hasRatios ? [Self.ratioWidth, Self.timeWidth] : [Self.timeWidth]
    let rest = zip(texts.dropFirst(), widths).map { padLeft($0, $1) }
    return ([pad(texts.first ?? "", Self.statusWidth)] + rest).joined(separator: " ")
  }

  private func line(_ name: String, _ cells: [String], _ last: String) -> String {
    var text = ([name] + cells + (speedUpBackend == nil ? [] : [padLeft(last, Self.timeWidth)])).joined(
      separator: "  ")
    while text.last == " " { text.removeLast() }
    return text
  }

  /// The backend that is held against the reference.
  private var speedUpBackend: String? {
    guard backends.contains("reference") else { return nil }
    return backends.contains("tiled") ? "tiled" : backends.first { $0 != "reference" }
  }

  private func speedUp(_ layer: LayerRecord) -> String {
    guard let backend = speedUpBackend, let base = layer.result(of: "reference")?.timing?.median,
      let own = layer.result(of: backend)?.timing?.median, own > 0
    else { return "–" }
    return Quantity.digits(base / own) + "×"
  }

  private func isGood(_ result: ResultRecord) -> Bool {
    result.status.isGood && result.chained?.status.isGood != false
  }

  /// The status; of what is right alone and not in the network, where it is wrong.
  private func paint(_ result: ResultRecord) -> String {
    if !isGood(result) { return Style.red(result.status.isGood ? "in chain" : result.status.shortName) }
    return result.status == .marginal
      ? Style.yellow(result.status.rawValue) : Style.green(result.status.rawValue)
  }

  private func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - Style.visibleCount(text)))
  }

  private func padLeft(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - Style.visibleCount(text))) + text
  }
}

extension ResultStatus {
  /// At most nine letters.
  fileprivate var shortName: String {
    switch self {
    case .mistrusted: "mistrust"
    case .unimplemented: "not there"
    case .exact, .passed, .marginal, .failed, .refused: rawValue
    }
  }
}
