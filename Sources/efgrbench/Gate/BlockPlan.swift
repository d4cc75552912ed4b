import Foundation
import Gate
import History
import Measurement

/// How many blocks an experiment takes, and what it will be able to see with them: from the noise of its first blocks,
/// without a look at which arm was quicker.
struct BlockPlan {
  let blocks: Int
  /// See ``NoiseShape/excess(_:deviation:trials:)``.
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
  init(settings: GateSettings, blocks: [BlockRecord], names: [String], groups: [[Int]], spent: Double) {
    let budget = settings.budget
    let least = max(budget.leastScreeningBlocks, budget.leastConfirmingBlocks)
    let perBlock = spent / Double(max(blocks.count, 1))
    let affordable = max(least, Int(settings.seconds * GateSettings.screeningShare / max(perBlock, 1e-3)))
    let times = groups.map { group in
      blocks.compactMap { group.count == 1 ? $0.times(of: group[0]) : $0.times(ofSum: group) }
    }
    let deviations = times.map { Noise.whilePlanning($0) ?? .infinity }
    let usual = Statistics.median(deviations) ?? .infinity
    let shape = NoiseShape(times)
    func excess(_ count: Int) -> Double {
      shape.excess(
        Power(budget: budget, screeningBlocks: count, confirmingBlocks: count), deviation: usual)
    }
    let sturdy = excess(settings.blocks ?? GateSettings.sturdyBlocks)
    let wanted = deviations.map {
      Power.blocks(toFind: 1 + settings.detect, noise: $0 * sturdy, budget: budget, most: affordable)
    }
    let needed = max(wanted.map { $0 ?? affordable }.max() ?? least, GateSettings.sturdyBlocks)
    let count = settings.blocks ?? max(min(needed, affordable), least)
    self.blocks = count
    let power = Power(budget: budget, screeningBlocks: count, confirmingBlocks: count)
    let factor = count == GateSettings.sturdyBlocks ? sturdy : excess(count)
    self.excess = factor
    let visible = deviations.map {
      $0.isFinite ? power.smallestVisible(noise: $0 * factor) - 1 : .infinity
    }
    self.visible = visible
    var words = [
      "Plan: \(count) blocks of 4 processes, about \(Int((perBlock * Double(count)).rounded())) s, and as many "
        + "again of what they flag."
    ]
    if let worst = zip(names, visible).max(by: { $0.1 < $1.1 }), let median = Statistics.median(visible) {
      words.append(
        "Smallest slow-down that will be seen (95 of 100 times): \(Self.percent(median)) in the middle of "
          + "\(names.count) comparisons, \(Self.percent(worst.1)) in \(worst.0).")
    }
    let hopeless = zip(names, visible).filter { $0.1 > settings.detect }.map(\.0)
    if !hopeless.isEmpty {
      words.append(
        "A slow-down of \(Self.percent(settings.detect)) is too small for these blocks in "
          + "\(hopeless.count) of them: \(hopeless.prefix(5).joined(separator: ", "))\(hopeless.count > 5 ? ", …" : "")."
      )
    }
    self.words = words
  }

  private static func percent(_ share: Double) -> String {
    share.isFinite ? "\(Quantity.digits(share * 100)) %" : "none"
  }
}
