import Backends
import Catalogue
import Tensors
import Testing

/// A small network for the planner of networks, with the inputs that it runs on.
struct SampleNetwork: CustomTestStringConvertible, Sendable {
  let network: Network
  /// The layers that must be taken into others.
  var fused: Set<String> = []

  var testDescription: String { network.name }

  let feed: NetworkFeed

  init(_ name: String, size: Int, fused: Set<String> = [], _ steps: [Step]) {
    network = Network(name: name, imageSize: size, classes: 2, steps: steps)
    self.fused = fused
    feed = NetworkFeed(
      image: Recipe(
        shape: Shape(trusted: [1, 3, size, size]), distribution: .uniform(scale: 2),
        generator: Philox(key: 0x1A, stream: 0)
      ).makeTensor(), pictureSize: (640, 480))
  }

  /// Parameters from streams of each layer's own.
  func parameters(_ layer: Layer) -> Parameters<Float> {
    let seed = layer.name.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) }
    return TestData(layer, whole: false, seed: seed).parameters
  }

  /// Every layer's output, each by a plan of its own.
  func outputs(_ backend: any Backend) throws -> [String: Tensor<Float>] {
    var outputs: [String: Tensor<Float>] = [:]
    for step in network.steps {
      let plan = try backend.plan(step.layer, parameters: parameters(step.layer))
      var output = Tensor<Float>(step.layer.outputShape, repeating: .nan)
      plan.run(feed.inputs(of: step, outputs: outputs), into: &output)
      outputs[step.layer.name] = output
    }
    return outputs
  }
}

extension Source {
  /// The layer that it comes from.
  var layer: String? {
    switch self {
    case .output(let name), .column(_, let name): name
    case .image, .pixelScale: nil
    }
  }
}

/// Strings layers together by name.
struct NetworkSketch {
  private(set) var steps: [Step] = []
  private var shapes: [String: Shape]

  init(size: Int) { shapes = ["image": Shape(trusted: [1, 3, size, size])] }

  mutating func add(
    _ name: String, _ operation: Catalogue.Operation, _ inputs: String..., parameters: ParameterShapes = .none
  ) throws {
    let layer = try Layer(
      name: name, operation: operation, inputShapes: inputs.map { try #require(shapes[$0]) },
      parameterShapes: parameters)
    shapes[name] = layer.outputShape
    steps.append(Step(layer: layer, sources: inputs.map { $0 == "image" ? .image : .output(of: $0) }))
  }

  mutating func convolution(
    _ name: String, _ input: String, _ channels: Int, kernel: Int = 3, stride: Int = 1, dilation: Int = 1,
    groups: Int = 1, hasNorm: Bool = false, relu: Bool = true
  ) throws {
    let inputs = try #require(shapes[input])[1]
    let perChannel = Shape(trusted: [channels])
    try add(
      name,
      .conv2d(
        Convolution(
          stride: Pair(stride), padding: Pair(kernel / 2 * dilation), dilation: Pair(dilation),
          groups: groups,
          relu: relu)), input,
      parameters: ParameterShapes(
        weight: Shape(trusted: [channels, inputs / groups, kernel, kernel]), bias: hasNorm ? nil : perChannel,
        norm: hasNorm ? perChannel : nil))
  }

  mutating func norm(_ name: String, _ input: String, relu: Bool = false) throws {
    let channels = Shape(trusted: [try #require(shapes[input])[1]])
    try add(
      name, .batchNorm2d(epsilon: 1e-5, relu: relu), input, parameters: ParameterShapes(norm: channels))
  }

  mutating func deformable(_ name: String, _ input: String, offset: String, _ channels: Int) throws {
    let inputs = try #require(shapes[input])[1]
    try add(
      name, .deformConv2d(Convolution(padding: Pair(1), relu: true)), input, offset,
      parameters: ParameterShapes(
        weight: Shape(trusted: [channels, inputs, 3, 3]), norm: Shape(trusted: [channels])))
  }
}
