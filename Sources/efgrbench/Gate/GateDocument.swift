import Foundation
import Gate
import Measurement
import Reporting

/// What `selftest --gate` found: how often the gate cries wolf, and what it sees. Counts, not rates, so that more can be
/// added to them.
struct GateDocument: Codable, Sendable {
  static let schema = "efgrbench-gate/1"
  /// Of what was found under load, which says nothing about a quiet machine.
  static let loadSchema = "efgrbench-gate-load/1"

  /// Real suites on this machine with one slow-down, 0 for none.
  struct Measured: Codable, Sendable {
    var slowDown: Double
    var suites = 0
    /// Suites that ended in red though nothing changed, or because of a layer that had not.
    var falseRed = 0
    /// Comparisons that had not changed, and those of them called slower.
    var unchanged = 0
    var falseSlower = 0
    /// Changed layers, and those found slower.
    var changed = 0
    var found = 0
    var changedCalledSame = 0
    /// Suites that were too noisy to tell.
    var inconclusive = 0
    /// Blocks of all suites, and those thrown away by the rules.
    var blocks = 0
    var discarded = 0
    /// Of all suites together.
    var seconds = 0.0

    enum CodingKeys: String, CodingKey {
      case suites, unchanged, changed, found, inconclusive, blocks, discarded, seconds
      case slowDown = "slow_down"
      case falseRed = "false_red"
      case falseSlower = "false_slower"
      case changedCalledSame = "changed_called_same"
    }
  }

  /// Suites on recorded noise.
  struct Simulated: Codable, Sendable {
    var slowDown: Double
    var count: SuiteSimulation.Count

    enum CodingKeys: String, CodingKey {
      case count
      case slowDown = "slow_down"
    }
  }

  /// The smallest slow-down that is seen 95 times in 100 in a layer, as plans predicted it from their first blocks and as
  /// it came true in the blocks after them (see ``Forecast``).
  struct Smallest: Codable, Sendable {
    var layer: String
    var predicted: JSONNumber
    var real: JSONNumber
  }

  var schema = GateDocument.schema
  var machine: MachineInfo
  var threads: Int
  /// Whether another process burned a core meanwhile.
  var isUnderLoad: Bool
  var layers: [String]
  /// Of each stage; nil where each layer takes as many as its noise asks for.
  var blocks: Int?
  var comparisons: Int
  var measured: [Measured]
  /// How many blocks of nothing changed the simulation draws from.
  var recordedBlocks: Int
  var simulated: [Simulated]
  var smallest: [Smallest]
}
