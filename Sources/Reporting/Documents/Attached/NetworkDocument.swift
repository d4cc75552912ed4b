/// What a run knows of the network as a whole: `efgrbench-network/1`.
package struct NetworkDocument: Sendable, Hashable, Codable {
  package static let schema = "efgrbench-network/1"

  /// Where a layer's error comes from, each part as its largest absolute value relative to the layer's largest value.
  package struct Shares: Sendable, Hashable, Codable {
    package var local: JSONNumber
    package var inherited: JSONNumber
    package var total: JSONNumber

    package init(local: Double, inherited: Double, total: Double) {
      self.local = JSONNumber(local)
      self.inherited = JSONNumber(inherited)
      self.total = JSONNumber(total)
    }
  }

  /// One layer in the network's order.
  package struct Layer: Sendable, Hashable, Codable {
    package var layer: String
    /// The bytes of the tensors that are alive while the layer runs: its inputs, its output, and what later layers
    /// still need. Parameters are not counted.
    package var liveBytes: Int
    /// By backend.
    package var shares: [String: Shares]

    package init(layer: String, liveBytes: Int, shares: [String: Shares]) {
      self.layer = layer
      self.liveBytes = liveBytes
      self.shares = shares
    }

    enum CodingKeys: String, CodingKey {
      case layer, shares
      case liveBytes = "live_bytes"
    }
  }

  /// A golden pack or file that the run was judged by.
  package struct Golden: Sendable, Hashable, Codable {
    package var name: String
    /// Of the pack's manifest, which lists every file's own, or of the file.
    package var sha256: String
    /// Who made it, with what, from which seed.
    package var provenance: String

    package init(name: String, sha256: String, provenance: String) {
      self.name = name
      self.sha256 = sha256
      self.provenance = provenance
    }
  }

  package var schema: String
  package var layers: [Layer]
  package var goldens: [Golden]

  package init(layers: [Layer], goldens: [Golden] = []) {
    schema = Self.schema
    self.layers = layers
    self.goldens = goldens
  }
}
