import Backends
import Catalogue
import OpenBLASBackend
import Tensors
import Testing
import TiledBackend

/// An implementation of linear layers, made anew for each use: a pool of threads runs one job at a time.
struct Implementation: CustomStringConvertible, Sendable {
  let description: String
  /// nil for the one with the tightest bound.
  private let algorithm: String?
  private let makeBackend: @Sendable () -> any Backend

  private init(
    _ name: String, algorithm: String? = nil, _ makeBackend: @escaping @Sendable () -> any Backend
  ) {
    description = algorithm.map { "\(name) \($0)" } ?? name
    self.algorithm = algorithm
    self.makeBackend = makeBackend
  }

  /// The tiled backend with each instruction set, computing directly, and OpenBLAS.
  static let all = tiled() + [Implementation("openblas") { OpenBLASBackend(threads: 2) }]

  private static func tiled(_ algorithm: String? = nil) -> [Implementation] {
    InstructionSet.available.map { set in
      Implementation("\(set)", algorithm: algorithm) { TiledBackend(instructionSet: set, threads: 2) }
    }
  }

  /// Those that compute the layer, with each of their algorithms.
  static func all(for layer: Layer) -> [Implementation] {
    all + AlgorithmChoice.names.dropFirst().flatMap { tiled($0) }.filter { $0.offers(layer) }
  }

  /// Those that round nothing on the small whole numbers of ``TestData``: F(2×2)'s filters are quarters of whole
  /// numbers, with stride 2 whole numbers, and its sums stay below 2²⁴ of these.
  static func exact(on layer: Layer) -> [Implementation] {
    all
      + ["packed-gemm", "pixel-gemm", WinogradTransform.f2.name, WinogradTransform.f2Strided.name]
      .flatMap { tiled($0) }.filter { $0.offers(layer) }
  }

  private func offers(_ layer: Layer) -> Bool {
    guard let algorithm else { return true }
    return makeBackend().algorithms(for: layer).contains(algorithm)
  }

  func run(
    _ layer: Layer, _ inputs: [Tensor<Float>], _ parameters: Parameters<Float>
  ) throws -> Tensor<Float> {
    try evaluate(layer, inputs, parameters).output
  }

  func output(_ layer: Layer, _ data: TestData) throws -> (output: Tensor<Float>, model: ErrorModel) {
    try evaluate(layer, data.inputs, data.parameters)
  }

  private func evaluate(
    _ layer: Layer, _ inputs: [Tensor<Float>], _ parameters: Parameters<Float>
  ) throws -> (output: Tensor<Float>, model: ErrorModel) {
    let backend = makeBackend()
    let plan = try backend.plan(
      layer, parameters: parameters, algorithm: algorithm ?? backend.algorithms(for: layer)[0])
    var output = Tensor<Float>(layer.outputShape, repeating: .nan)
    plan.run(inputs, into: &output)
    return (output, plan.errorModel)
  }
}

/// A convolution, plain or deformable, without norm and ReLU.
struct Linear: CustomTestStringConvertible, Sendable {
  var shape: ConvolutionCase
  let isDeformable: Bool

  var testDescription: String { "\(isDeformable ? "deformable " : "")\(shape.testDescription)" }

  static let all = shapes.flatMap { shape in
    [false, true].filter { !($0 && shape.groups > 1) }.map { Linear(shape: shape, isDeformable: $0) }
  }

  private static let shapes = [
    ConvolutionCase(channels: 34, outputs: 18, kernel: Pair(3), map: Pair(7, 6), padding: Pair(1)),
    ConvolutionCase(channels: 17, outputs: 33, kernel: Pair(1), map: Pair(5, 9)),
    ConvolutionCase(
      channels: 5, outputs: 7, kernel: Pair(3, 2), map: Pair(9, 8), stride: Pair(2, 1), padding: Pair(1, 2),
      dilation: Pair(1, 2)),
    ConvolutionCase(
      channels: 16, outputs: 9, kernel: Pair(3), map: Pair(9, 10), padding: Pair(6), dilation: Pair(6)),
    ConvolutionCase(channels: 3, outputs: 40, kernel: Pair(5, 1), map: Pair(11, 4), padding: Pair(2, 0)),
    ConvolutionCase(
      channels: 6, outputs: 9, kernel: Pair(3), map: Pair(6, 7), stride: Pair(2), padding: Pair(1), groups: 3),
    ConvolutionCase(
      channels: 8, outputs: 8, kernel: Pair(3), map: Pair(5, 17), padding: Pair(1), groups: 8),
  ]

  func layer(batch: Int = 1, channels: Int? = nil, hasBias: Bool = true) throws -> Layer {
    var shape = shape
    shape.batch = batch
    shape.channels = channels ?? shape.channels
    shape.hasBias = hasBias
    return try shape.layer(deformable: isDeformable)
  }

  /// The output for an input of a single 1 at `place`: at each output pixel the bias and the weights of the taps that
  /// meet it, wherever whole offsets send them.
  func impulseResponse(
    at place: Int, _ layer: Layer, _ inputs: [Tensor<Float>], _ parameters: Parameters<Float>
  ) throws -> Tensor<Float> {
    let (weight, bias) = (try #require(parameters.weight), try #require(parameters.bias))
    let at = layer.inputShapes[0].index(ofFlat: place)
    let (rows, columns) = (layer.outputShape[2], layer.outputShape[3])
    let groupInputs = weight.shape[1]
    var output = Tensor<Float>(layer.outputShape, repeating: 0)
    for flat in output.values.indices {
      let index = layer.outputShape.index(ofFlat: flat)
      output.values[flat] = bias[index[1]]
      let channel = at[1] - index[1] / (shape.outputs / shape.groups) * groupInputs
      guard (0..<groupInputs).contains(channel) else { continue }
      for tap in 0..<(weight.shape[2] * weight.shape[3]) {
        let (p, q) = tap.quotientAndRemainder(dividingBy: weight.shape[3])
        var y = index[2] * shape.stride.vertical - shape.padding.vertical + p * shape.dilation.vertical
        var x = index[3] * shape.stride.horizontal - shape.padding.horizontal + q * shape.dilation.horizontal
        if isDeformable {
          let offset = (2 * tap * rows + index[2]) * columns + index[3]
          y += Int(inputs[1].values[offset])
          x += Int(inputs[1].values[offset + rows * columns])
        }
        guard y == at[2], x == at[3] else { continue }
        let first = (index[1] * groupInputs + channel) * weight.shape[2] * weight.shape[3]
        output.values[flat] += weight.values[first + tap]
      }
    }
    return output
  }
}

extension Tensor<Float> {
  /// The part `range` of an axis.
  func cut(axis: Int, _ range: Range<Int>) -> Tensor {
    select(axis: axis, Array(range))
  }

  /// The axis back to front.
  func reversed(axis: Int) -> Tensor {
    select(axis: axis, (0..<shape[axis]).reversed())
  }

  /// A window of every map.
  func cut(rows: Range<Int>, columns: Range<Int>) -> Tensor {
    cut(axis: 2, rows).cut(axis: 3, columns)
  }

  /// Every map moved down and to the right, zeros moving in.
  func moved(by distance: Pair) -> Tensor {
    let (height, width) = (shape[2], shape[3])
    let moved = values.indices.map { place in
      let (row, column) = (place / width % height, place % width)
      let (y, x) = (row - distance.vertical, column - distance.horizontal)
      guard (0..<height).contains(y), (0..<width).contains(x) else { return Float(0) }
      return values[place + (y - row) * width + (x - column)]
    }
    return Tensor(shape, values: moved)
  }

  /// The places `chosen` along an axis, in that order.
  private func select(axis: Int, _ chosen: [Int]) -> Tensor {
    let inner = shape.dimensions[(axis + 1)...].reduce(1, *)
    let outer = shape.dimensions[..<axis].reduce(1, *)
    var dimensions = shape.dimensions
    dimensions[axis] = chosen.count
    let selected = (0..<outer).flatMap { block in
      chosen.flatMap { place in
        let first = (block * shape[axis] + place) * inner
        return values[first..<(first + inner)]
      }
    }
    return Tensor(Shape(trusted: dimensions), values: selected)
  }
}
