import Catalogue
import Crypto
import Foundation
import Golden
import Tensors

/// Small golden cases written by the test itself, with a truth worked out by hand.
enum GoldenFiles {
  /// relu of −1, 2, −3, 4: 0, 2, 0, 4.
  static func writeReLU(_ name: String, expected: [Double] = [0, 2, 0, 4], to folder: URL) throws {
    let shape = try Shape([1, 1, 2, 2])
    let input = Tensor<Float>(shape, values: [-1, 2, -3, 4])
    let layer = try Layer(name: name, operation: .relu, inputShapes: [shape])
    try write(
      layer, [input], ParameterSources(), Truth(shape: shape, values: expected), to: folder)
  }

  /// A 1×1 convolution with weight 2 and bias 1 over 1, 2, 3, 4: 3, 5, 7, 9, each its own magnitude.
  static func writeConvolution(
    _ name: String, expected: [Double] = [3, 5, 7, 9], input: [Float] = [1, 2, 3, 4], bias: Float = 1,
    to folder: URL
  ) throws {
    let shape = try Shape([1, 1, 2, 2])
    let weight = try Shape([1, 1, 1, 1])
    let layer = try Layer(
      name: name, operation: .conv2d(Convolution()), inputShapes: [shape],
      parameterShapes: ParameterShapes(weight: weight, bias: Shape([1])))
    try write(
      layer, [Tensor(shape, values: input)],
      ParameterSources(
        weight: .stored(Tensor(weight, values: [2])), bias: .stored(Tensor(try Shape([1]), values: [bias]))),
      Truth(shape: shape, values: expected, magnitudes: input.map { 2 * abs(Double($0)) + Double(bias) }),
      to: folder)
  }

  /// A 3×3 convolution of ones over 4×4 ones with a border of zeros: how many pixels each window holds.
  ///
  /// - Parameter centre: what the first inner output is said to be; 9 is right.
  static func writeWindow(_ name: String, centre: Double = 9, to folder: URL) throws {
    let shape = try Shape([1, 1, 4, 4])
    let weight = try Shape([1, 1, 3, 3])
    let layer = try Layer(
      name: name, operation: .conv2d(Convolution(padding: Pair(1))), inputShapes: [shape],
      parameterShapes: ParameterShapes(weight: weight))
    let counts: [Double] = [4, 6, 6, 4, 6, 9, 9, 6, 6, 9, 9, 6, 4, 6, 6, 4]
    var expected = counts
    expected[5] = centre
    try write(
      layer, [Tensor(shape, repeating: 1)],
      ParameterSources(weight: .stored(Tensor(weight, repeating: 1))),
      Truth(shape: shape, values: expected, magnitudes: counts), to: folder)
  }

  /// Lower-case hexadecimal.
  static func sha256(_ bytes: Data) -> String {
    SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined()
  }

  private static func write(
    _ layer: Layer, _ inputs: [Tensor<Float>], _ parameters: ParameterSources,
    _ truth: Truth, to folder: URL
  ) throws {
    let golden = GoldenCase(
      name: layer.name, layer: layer, inputs: inputs.map(TensorSource.stored),
      parameters: parameters, comparison: .bound, truth: truth,
      provenance:
        #"{"generator":"test","version":"1","command":"","seed":0,"truth":"float64","libraries":{}}"#)
    try golden.write(to: folder.appending(path: "\(layer.name).safetensors"))
  }
}
