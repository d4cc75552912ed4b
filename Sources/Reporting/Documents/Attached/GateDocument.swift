/// What is known of the regression gate itself: `efgrbench-gate/1`, read leniently.
struct GateDocument: Sendable, Decodable {
  static let schema = "efgrbench-gate/1"

  /// What came of suites with one slow-down.
  struct Count: Sendable, Decodable {
    var suites: Int
    /// Suites that ended in red though nothing had changed, or because of a layer that had not.
    var falseRed: Int
    /// Changed comparisons, and those found slower.
    var changed: Int
    var found: Int

    enum CodingKeys: String, CodingKey {
      case suites, changed, found
      case falseRed = "false_red"
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      suites = container.lenient(.suites) ?? 0
      falseRed = container.lenient(.falseRed) ?? 0
      changed = container.lenient(.changed) ?? 0
      found = container.lenient(.found) ?? 0
    }
  }

  /// Suites of real processes, or drawn from recorded noise.
  struct Tried: Sendable, Decodable {
    /// As a ratio less 1; 0 where nothing changed.
    var slowDown: Double
    var count: Count

    enum CodingKeys: String, CodingKey {
      case count
      case slowDown = "slow_down"
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      slowDown = container.lenient(.slowDown) ?? 0
      // Measured suites have the counts beside the slow-down, simulated ones below it.
      count = try container.lenient(.count) ?? Count(from: decoder)
    }
  }

  var comparisons: Int?
  var blocks: Int?
  var measured: [Tried]
  var simulated: [Tried]

  enum CodingKeys: String, CodingKey { case comparisons, blocks, measured, simulated }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    comparisons = container.lenient(.comparisons)
    blocks = container.lenient(.blocks)
    measured = container.lenient(.measured) ?? []
    simulated = container.lenient(.simulated) ?? []
  }
}
