/// What a comparison with another program found: `efgrbench-peers/1`, read leniently, for another program writes it.
struct PeersDocument: Sendable, Codable {
  static let schema = "efgrbench-peers/1"

  /// A median with its interval.
  struct Interval: Sendable, Codable {
    var median: Double?
    var low: Double?
    var high: Double?
    var confidence: Double?
  }

  /// The other program.
  struct Peer: Sendable, Codable {
    var name: String?
    var version: String?
    /// How it computes deformable convolutions.
    var deformConv: String?
    /// What of the network it does not do.
    var leftOut: String?
    /// The largest difference of its heads from the golden ones.
    var headError: Double?

    enum CodingKeys: String, CodingKey {
      case name, version
      case deformConv = "deform_conv"
      case leftOut = "left_out"
      case headError = "head_error"
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      name = container.lenient(.name)
      version = container.lenient(.version)
      deformConv = container.lenient(.deformConv)
      leftOut = container.lenient(.leftOut)
      headError = container.lenient(.headError)
    }
  }

  /// Nanoseconds of both, and the ratio ours / peer.
  struct Summary: Sendable, Codable {
    var peer: Interval?
    var ours: Interval?
    var ratio: Interval?

    enum CodingKeys: String, CodingKey {
      case ratio
      case peer = "peer_ns"
      case ours = "ours_ns"
    }
  }

  var network: String?
  var threads: Int?
  var peer: Peer?
  var summary: Summary?
  /// How many rounds were taken.
  var rounds: Int?

  enum CodingKeys: String, CodingKey { case network, threads, peer, summary, rounds }

  private struct Round: Codable {}

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    network = container.lenient(.network)
    threads = container.lenient(.threads)
    peer = container.lenient(.peer)
    summary = container.lenient(.summary)
    rounds = container.lenient(.rounds, as: [Round].self)?.count
  }
}

extension KeyedDecodingContainer {
  /// The member's value; nil where it is missing, null or something else.
  func lenient<Value: Decodable>(_ key: Key, as type: Value.Type = Value.self) -> Value? {
    try? decodeIfPresent(type, forKey: key)
  }
}
