/// What a comparison with other programs found: `efgrbench-peers/1`, described in Tests/Peers/README.md. It is read
/// leniently, for another program writes it.
struct PeersDocument: Sendable, Decodable {
  static let schema = "efgrbench-peers/1"

  /// The side that is ours, among the keys of the others.
  static let ours = "ours"

  /// A median with its interval.
  struct Summary: Sendable, Decodable {
    var median: Double
    var low: Double?
    var high: Double?
  }

  /// Another program.
  struct Peer: Sendable, Decodable {
    var key: String
    var name: String
    var version: String?
    /// `native`, or `plain` where something plain takes the place of deformable convolutions.
    var deformConv: String?

    enum CodingKeys: String, CodingKey {
      case key, name, version
      case deformConv = "deform_conv"
    }

    var title: String { [name, version].compactMap { $0 }.joined(separator: " ") }
  }

  /// The whole network, or one layer.
  struct Item: Sendable, Decodable {
    var name: String
    var algorithm: String?
    /// By peer, relative to the largest true value.
    var errors: [String: Double?]
    /// Peers that ran something plain in place of something deformable.
    var replaced: [String]
    /// The quickest peer that is not among the replaced.
    var best: String?
    /// Nanoseconds by side.
    var times: [String: Summary]
    /// Our time by each peer's.
    var ratios: [String: Summary]

    enum CodingKeys: String, CodingKey {
      case name, algorithm, errors, replaced, best, ratios
      case times = "ns"
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      name = container.lenient(.name) ?? ""
      algorithm = container.lenient(.algorithm)
      errors = container.lenient(.errors) ?? [:]
      replaced = container.lenient(.replaced) ?? []
      best = container.lenient(.best)
      times = container.lenient(.times) ?? [:]
      ratios = container.lenient(.ratios) ?? [:]
    }
  }

  var network: String?
  var threads: Int?
  var peers: [Peer]
  var leftOut: String?
  var whole: Item?
  var layers: [Item]
  /// By kind, then by peer or `best`.
  var geometricMeans: [String: [String: Summary]]

  enum CodingKeys: String, CodingKey {
    case network, threads, peers, whole, layers
    case leftOut = "left_out"
    case geometricMeans = "geometric_means"
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    network = container.lenient(.network)
    threads = container.lenient(.threads)
    peers = container.lenient(.peers) ?? []
    leftOut = container.lenient(.leftOut)
    whole = container.lenient(.whole)
    layers = container.lenient(.layers) ?? []
    geometricMeans = container.lenient(.geometricMeans) ?? [:]
  }
}

extension KeyedDecodingContainer {
  /// The member's value; nil where it is missing, null or something else.
  func lenient<Value: Decodable>(_ key: Key, as type: Value.Type = Value.self) -> Value? {
    try? decodeIfPresent(type, forKey: key)
  }
}
