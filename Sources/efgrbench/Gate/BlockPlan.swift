import Foundation
import Gate
import History
import Measurement

/// How many blocks the comparisons of an experiment will take, and what they will be able to see: from the noise of the
/// first blocks, without a look at which arm was quicker.
struct BlockPlan {
  let need: BlockNeed
  /// See ``NoiseShape/excess(_:deviation:pilot:trials:)``.
  let excess: Double
  /// The smallest slow-down that will be seen in each comparison, 0.05 for 5 %.
  let visible: [Double]
  /// What is told before the measuring goes on.
  let words: [String]

  /// - Parameters:
  ///   - blocks: those kept so far.
  ///   - names: of the comparisons.
  ///   - groups: their subjects.
  ///   - spent: seconds that the blocks so far took.
  init(
    settings: GateSettings, blocks: [BlockRecord], names: [String], groups: [[Int]], costs: BlockCosts,
    spent: Double
  ) {
    let times = groups.map { group in blocks.compactMap { $0.times(ofSum: group) } }
    let deviations = times.map { Noise.whilePlanning($0) ?? .infinity }
    let usual = Statistics.median(deviations) ?? .infinity
    let shape = NoiseShape(times)
    let usualBlocks = settings.blocks ?? GateSettings.sturdyBlocks
    let usualPower = Power(
      budget: settings.budget, screeningBlocks: usualBlocks, confirmingBlocks: usualBlocks)
    excess = shape.excess(usualPower, deviation: usual)
    need = settings.need(excess: excess)
    let need = need
    let (counts, seconds) = costs.blocks(
      needed: deviations.map { need.count(.screening, noise: $0) }, groups: groups, taken: blocks.count,
      spent: spent)
    let promise = shape.excess(usualPower, deviation: usual, pilot: blocks.count)
    visible = zip(deviations, counts).map { noise, count in
      guard noise.isFinite else { return .infinity }
      let confirming = need.count(.confirming, noise: noise)
      return Power(budget: settings.budget, screeningBlocks: count, confirmingBlocks: confirming)
        .smallestVisible(noise: noise * promise) - 1
    }
    words = Self.words(counts, seconds: seconds, names: names, visible: visible, settings: settings)
  }

  private static func words(
    _ counts: [Int], seconds: Double, names: [String], visible: [Double], settings: GateSettings
  ) -> [String] {
    guard let fewest = counts.min(), let most = counts.max() else { return [] }
    let range = fewest == most ? "\(fewest) blocks" : "\(fewest) to \(most) blocks, as noise asks,"
    var words = [
      "Plan: \(range) of 4 processes, about \(Int(seconds.rounded())) s; what they flag is measured afresh."
    ]
    if let worst = zip(names, visible).max(by: { $0.1 < $1.1 }), let median = Statistics.median(visible) {
      words.append(
        "Smallest slow-down that will be seen (95 of 100 times): \(percent(median)) in the middle of "
          + "\(names.count) comparisons, \(percent(worst.1)) in \(worst.0).")
    }
    let hopeless = zip(names, visible).filter { $0.1 > settings.detect }.map(\.0)
    if !hopeless.isEmpty {
      words.append(
        "A slow-down of \(percent(settings.detect)) is too small for these blocks in \(hopeless.count) of them: "
          + "\(hopeless.prefix(5).joined(separator: ", "))\(hopeless.count > 5 ? ", …" : "").")
    }
    return words
  }

  private static func percent(_ share: Double) -> String {
    share.isFinite ? "\(Quantity.digits(share * 100)) %" : "none"
  }
}
