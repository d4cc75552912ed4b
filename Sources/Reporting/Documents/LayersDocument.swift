/// What `layers --json` writes.
package struct LayersDocument: Sendable, Hashable, Codable {
  /// One layer of the catalogue.
  package struct Layer: Sendable, Hashable, Codable {
    package let name: String
    package let kind: String
    package let inputs: [[Int]]
    package let output: [Int]
    package let parameters: Int
    package let macs: Int
    package let bytes: Int

    package init(
      name: String, kind: String, inputs: [[Int]], output: [Int], parameters: Int, macs: Int, bytes: Int
    ) {
      self.name = name
      self.kind = kind
      self.inputs = inputs
      self.output = output
      self.parameters = parameters
      self.macs = macs
      self.bytes = bytes
    }
  }

  /// Sums over the layers.
  package struct Totals: Sendable, Hashable, Codable {
    package let layers: Int
    package let parameters: Int
    package let macs: Int
    package let convMacs: Int
    package let deformConvMacs: Int
    package let bytes: Int
    /// The number of priors.
    package let priors: Int

    enum CodingKeys: String, CodingKey {
      case layers, parameters, macs, bytes, priors
      case convMacs = "conv_macs"
      case deformConvMacs = "deform_conv_macs"
    }
  }

  package let schema: String
  package let network: String
  package let layers: [Layer]
  package let totals: Totals

  package init(network: String, priors: Int, layers: [Layer]) {
    func sum(_ value: (Layer) -> Int, kind: String? = nil) -> Int {
      layers.reduce(0) { $0 + (kind == nil || $1.kind == kind ? value($1) : 0) }
    }
    schema = "efgrbench-layers/1"
    self.network = network
    self.layers = layers
    totals = Totals(
      layers: layers.count, parameters: sum(\.parameters), macs: sum(\.macs),
      convMacs: sum(\.macs, kind: "conv2d"), deformConvMacs: sum(\.macs, kind: "deform_conv2d"),
      bytes: sum(\.bytes), priors: priors)
  }
}
