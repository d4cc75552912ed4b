/// A layer of a run, with the results of every backend.
package struct LayerRecord: Sendable, Hashable, Codable {
  package var name: String
  /// The kind's name, as `conv2d`.
  package var kind: String
  /// The place in the network, from 0.
  package var position: Int
  /// What the kind leaves open, in words: `3×3, stride 2, pad 1, norm, ReLU`.
  package var attributes: String
  package var inputShapes: [[Int]]
  package var outputShape: [Int]
  package var parameters: Int
  /// Multiply–accumulates of the direct algorithm.
  package var macs: Int
  /// The bytes that must move at the least.
  package var bytes: Int
  package var results: [ResultRecord]

  package init(
    name: String, kind: String, position: Int, attributes: String, inputShapes: [[Int]],
    outputShape: [Int], parameters: Int, macs: Int, bytes: Int, results: [ResultRecord] = []
  ) {
    self.name = name
    self.kind = kind
    self.position = position
    self.attributes = attributes
    self.inputShapes = inputShapes
    self.outputShape = outputShape
    self.parameters = parameters
    self.macs = macs
    self.bytes = bytes
    self.results = results
  }

  enum CodingKeys: String, CodingKey {
    case name, kind, position, attributes, parameters, macs, bytes, results
    case inputShapes = "input_shapes"
    case outputShape = "output_shape"
  }

  /// The result of `backend`, the first where it ran several algorithms.
  package func result(of backend: String) -> ResultRecord? {
    results.first { $0.backend == backend }
  }
}
