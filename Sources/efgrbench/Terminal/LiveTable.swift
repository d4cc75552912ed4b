import Foundation
import History

/// A line per layer as it is finished: status, error ratio and time of each backend.
struct LiveTable {
  private let backends: [String]
  private static let nameWidth = 26
  private static let cellWidth = 29

  init(backends: [String]) { self.backends = backends }

  func printHead() {
    let cells = backends.map { pad("\($0): status, ratio, time", Self.cellWidth) }
    Swift.print(([pad("layer", Self.nameWidth)] + cells).joined(separator: "  "))
  }

  func print(_ layer: LayerRecord) {
    let cells = backends.map { backend in
      guard let result = layer.result(of: backend) else { return pad("–", Self.cellWidth) }
      let ratio = result.maxRatio.map { Quantity.digits($0) } ?? "–"
      let time = result.timing.map { Quantity.time($0.median) } ?? "–"
      return [pad(paint(result), 12), pad(ratio, 7), padLeft(time, 8)].joined(separator: " ")
    }
    Swift.print(([pad(layer.name, Self.nameWidth)] + cells).joined(separator: "  "))
    fflush(nil)
    for result in layer.results where !isGood(result) && !result.message.isEmpty {
      Swift.print("  \(result.backend): \(result.message)")
      if !result.repro.isEmpty { Swift.print("  repeat with: \(result.repro)") }
    }
  }

  private func isGood(_ result: ResultRecord) -> Bool {
    result.status.isGood && result.chained?.status.isGood != false
  }

  private func paint(_ result: ResultRecord) -> String {
    let chained = result.chained.map { $0.status.isGood ? "" : " (chain \($0.status.rawValue))" } ?? ""
    let text = result.status.rawValue + chained
    if !isGood(result) { return Style.red(text) }
    return result.status == .marginal ? Style.yellow(text) : Style.green(text)
  }

  private func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - Style.visibleCount(text)))
  }

  private func padLeft(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - Style.visibleCount(text))) + text
  }
}
