import Accuracy

/// Where a chained network's errors come from, told from its links in order.
package struct Attribution: Sendable {
  package let links: [Link]

  package init(_ links: [Link]) { self.links = links }

  /// The first layer whose local error leaves its bound. What comes after it computes on wrong data, and is judged on
  /// that data, so that a fault is told where it is and nowhere else.
  package var firstFault: Link? { links.first { $0.local.status == .failed } }

  /// One sentence that names the first fault, or says that there is none.
  package var sentence: String {
    guard let fault = firstFault else { return innocence }
    let others = links.count { $0.local.status == .failed } - 1
    return "\(fault.layer) is the first layer whose local error leaves its bound"
      + (others > 0
        ? ", and \(others) more of the \(links.count) do." : "; no other of the \(links.count) does.")
  }

  private var innocence: String {
    guard let worst = links.max(by: { $0.local.maxRatio < $1.local.maxRatio }) else {
      return "No layer was judged."
    }
    let blind = links.count { !$0.local.status.isGood }
    return "No layer's local error leaves its bound, of \(links.count) judged; \(worst.layer) comes nearest, "
      + "with \(Self.percent(worst.local.maxRatio)) of it."
      + (blind > 0 ? " Of these, \(blind) could not tell right from wrong." : "")
  }

  /// Two significant digits.
  private static func percent(_ share: Double) -> String {
    share == 0 ? "0 %" : "\((share * 100).formatted(.number.precision(.significantDigits(2)))) %"
  }
}
