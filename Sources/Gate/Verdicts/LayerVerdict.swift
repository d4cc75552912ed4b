/// What the gate says of one layer on one backend, or of a backend's whole network.
package struct LayerVerdict: Sendable, Hashable, Codable {
  /// The layer's name; nil for the whole network.
  package var layer: String?
  package var kind: String?
  package var backend: String
  package var baseAlgorithm: String
  package var headAlgorithm: String
  /// In the words of the contract.
  package var baseStatus: String
  package var headStatus: String
  package var change: Change
  /// Head ÷ base; nil where there is no time to judge.
  package var ratio: RatioInterval?
  /// Nanoseconds per call.
  package var baseMedian: Double?
  package var headMedian: Double?
  /// What the interval rests on: blocks, or runs on each side.
  package var count: Int
  /// The stage that decided; 1 where nothing had to be confirmed.
  package var stage: Int
  /// The smallest slow-down (0.05 for 5 %) that would have been found 95 times in 100; nil where none would.
  package var smallestVisible: Double?
  /// Whether a slow-down of the size looked for can't be excluded.
  package var isBlind: Bool
  /// Whether base against base came out unequal.
  package var isControlBiased: Bool
  /// The control's ratio; nil for recorded runs, which have no control.
  package var control: RatioInterval?
  /// Of an accepted regression: the reason. Empty otherwise.
  package var accepted: String

  package init(
    layer: String?, kind: String? = nil, backend: String, baseAlgorithm: String = "",
    headAlgorithm: String = "", baseStatus: String = "", headStatus: String = "", change: Change,
    ratio: RatioInterval? = nil, baseMedian: Double? = nil, headMedian: Double? = nil, count: Int = 0,
    stage: Int = 1, smallestVisible: Double? = nil, isBlind: Bool = false, isControlBiased: Bool = false,
    control: RatioInterval? = nil, accepted: String = ""
  ) {
    self.layer = layer
    self.kind = kind
    self.backend = backend
    self.baseAlgorithm = baseAlgorithm
    self.headAlgorithm = headAlgorithm
    self.baseStatus = baseStatus
    self.headStatus = headStatus
    self.change = change
    self.ratio = ratio
    self.baseMedian = baseMedian
    self.headMedian = headMedian
    self.count = count
    self.stage = stage
    self.smallestVisible = smallestVisible
    self.isBlind = isBlind
    self.isControlBiased = isControlBiased
    self.control = control
    self.accepted = accepted
  }

  enum CodingKeys: String, CodingKey {
    case layer, kind, backend, ratio, count, stage, control, accepted
    case change = "verdict"
    case baseAlgorithm = "base_algorithm"
    case headAlgorithm = "head_algorithm"
    case baseStatus = "base_status"
    case headStatus = "head_status"
    case baseMedian = "base_median_ns"
    case headMedian = "head_median_ns"
    case smallestVisible = "smallest_visible"
    case isBlind = "is_blind"
    case isControlBiased = "is_control_biased"
  }

  /// `conv1_1 on tiled`, `whole network on tiled`.
  package var subject: String { "\(layer ?? "whole network") on \(backend)" }
}
