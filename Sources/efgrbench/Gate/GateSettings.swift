import Catalogue
import Foundation
import Gate
import History

/// All that an experiment follows, set before anything is measured. It is recorded as the experiment's plan.
struct GateSettings: Codable, Sendable {
  /// A slow-down that is put into one layer of the head, to see whether it is found.
  struct Injection: Codable, Sendable, Hashable {
    var layer: String
    /// 0.05 makes the layer take 5 % longer.
    var share: Double
  }

  var network: String
  /// This shard's layers, in the network's order.
  var layers: [String]
  var backends: [String]
  var threads: Int
  var instructionSet: String
  var algorithm: String?
  var golden: String?
  /// The relative slow-down to be found 95 times in 100.
  var detect: Double
  /// Seconds for all blocks of both stages.
  var seconds: Double
  /// Blocks of each stage; nil lets each comparison's noise decide.
  var blocks: Int?
  var passes: Int
  var cache: ChildRequest.Cache
  /// Of the orders' coins.
  var seed: UInt64
  /// Comparisons of all shards together.
  var comparisons: Int
  /// Whether the layers' sum is the whole network's time.
  var isWhole: Bool
  var rules = DiscardRules()
  var injections: [Injection] = []

  /// Blocks from whose noise the number of blocks follows.
  static let pilotBlocks = 8
  /// Where the time allows it no comparison takes fewer blocks: with 16 the signed-rank test at 1 % flags up to a rank sum
  /// of 23 against the change, so that one wild block, of rank 16 at most, can't hide it.
  static let sturdyBlocks = 16
  /// No comparison takes more blocks in a stage: noise that 128 do not average out is no noise of sampling.
  static let mostBlocks = 128
  /// The least nanoseconds of a sample: the clock's own cost, tens of nanoseconds, stays near 0.01 %.
  static let sampleDuration = 0.5e6
  /// Samples that a process takes of a layer, unless it is asked for another number: from 3 to 12 the noise of layers
  /// below a millisecond fell to 0.4 of itself.
  static let passes = 16
  /// The nanoseconds of a layer's samples in a process beyond which no third one is taken: the noise of layers above 15 ms
  /// fell from 3.4 % with two samples to 3.1 with four only, for twice the time.
  static let enoughDuration = 30e6
  /// The share of the time that stage 1 may use.
  static let screeningShare = 0.7

  /// Samples that a process takes of a layer whose calls take `nanoseconds`.
  func samples(nanoseconds: Double) -> Int {
    min(passes, max(2, Int(Self.enoughDuration / max(nanoseconds, 1))))
  }

  /// The first blocks, all that is fixed before the noise is known.
  var pilot: BlockNeed {
    let count = min(blocks ?? .max, Self.pilotBlocks)
    return BlockNeed(exactly: Power(budget: budget, screeningBlocks: count, confirmingBlocks: count))
  }

  /// How many blocks each comparison takes.
  func need(excess: Double) -> BlockNeed {
    if let blocks {
      return BlockNeed(exactly: Power(budget: budget, screeningBlocks: blocks, confirmingBlocks: blocks))
    }
    return BlockNeed(
      toFind: detect, budget: budget, excess: excess, blocks: Self.sturdyBlocks...Self.mostBlocks)
  }

  var budget: ErrorBudget { ErrorBudget(comparisons: comparisons) }
}

/// One shard of a suite: `2/3`.
struct ShardOption: Equatable {
  let number: Int
  let of: Int

  init(_ text: String) throws {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).compactMap { Int($0) }
    guard parts.count == 2, parts[1] >= 1, (1...parts[1]).contains(parts[0]) else {
      throw ProgramError.usage("--shard \"\(text)\" is not of the form i/n with 1 ≤ i ≤ n, such as 2/3.")
    }
    number = parts[0]
    of = parts[1]
  }

  /// Every n-th step from the i-th on: neighbours in a network cost about the same, so the shards do too.
  func select(_ steps: [Step]) -> [Step] {
    steps.enumerated().filter { $0.offset % of == number - 1 }.map(\.element)
  }
}
