import Foundation
import Gate
import History

extension [BlockRecord] {
  /// What the processor's counters say of head and base, whose processes take the same samples: instructions hardly vary
  /// where times do.
  ///
  /// - Parameter reason: why there is nothing to be told, if so.
  /// - Returns: a sentence; nil before the first block.
  func counterWords(whyNone reason: String?) -> String? {
    guard !isEmpty else { return nil }
    guard let instructions = ratio(\.instructions), let cycles = ratio(\.cycles) else {
      return "Instructions and cycles are unknown: the processor's counters are not to be had here "
        + "(\(reason ?? "they never ran"))."
    }
    return String(
      format: "Over all samples, head against base: %+.2f %% instructions, %+.2f %% cycles.",
      (instructions - 1) * 100, (cycles - 1) * 100)
  }

  /// Head ÷ base of a count, over all processes; nil where one is missing.
  private func ratio(_ count: (VisitConditions) -> Double?) -> Double? {
    var sums: [Bool: Double] = [:]
    for visit in flatMap(\.visits) {
      guard let value = count(visit.conditions) else { return nil }
      sums[visit.arm == .head, default: 0] += value
    }
    guard let head = sums[true], let base = sums[false], base > 0 else { return nil }
    return head / base
  }
}
