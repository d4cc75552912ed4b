import Foundation
import Gate
import History
import Measurement

/// How many blocks an experiment takes, and what it will be able to see with them: from the noise of its first blocks,
/// without a look at which arm was quicker.
struct BlockPlan {
  let blocks: Int
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
    let noises = groups.map { group in
      Noise.whilePlanning(
        blocks.compactMap { group.count == 1 ? $0.times(of: group[0]) : $0.times(ofSum: group) }) ?? .infinity
    }
    let wanted = noises.map {
      Power.blocks(toFind: 1 + settings.detect, noise: $0, budget: budget, most: affordable)
    }
    let count = settings.blocks ?? max(wanted.map { $0 ?? affordable }.max() ?? least, least)
    self.blocks = count
    let power = Power(budget: budget, screeningBlocks: count, confirmingBlocks: count)
    let visible = noises.map { $0.isFinite ? power.smallestVisible(noise: $0) - 1 : .infinity }
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
