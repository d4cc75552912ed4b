import Accuracy
import Verification

extension [Link] {
  /// A line per layer: the error it made, the error it inherited, both together, and how it was judged.
  var errorTable: TextTable {
    var table = TextTable([
      ("layer", .left), ("local error", .right), ("inherited", .right), ("total", .right),
      ("local ratio", .right), ("status", .left),
    ])
    for link in self {
      let shares = [link.shares?.local, link.shares?.inherited, link.shares?.total].map {
        $0.map(Quantity.digits) ?? "–"
      }
      table.add([link.layer] + shares + [Quantity.digits(link.local.maxRatio), paint(link.verdict.status)])
    }
    return table
  }

  private func paint(_ status: Status) -> String {
    if !status.isGood { return Style.red(status.rawValue) }
    return status == .marginal ? Style.yellow(status.rawValue) : Style.green(status.rawValue)
  }
}
