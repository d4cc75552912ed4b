import Tensors

/// Strings layers together and works out every shape, so that a network's file lists only what the paper lists.
struct NetworkBuilder {
  let name: String
  let imageSize: Int
  let classes: Int
  private(set) var steps: [Step] = []
  private var outputs: [String: Shape] = [:]

  init(name: String, imageSize: Int, classes: Int) {
    self.name = name
    self.imageSize = imageSize
    self.classes = classes
  }

  var network: Network { Network(name: name, imageSize: imageSize, classes: classes, steps: steps) }

  /// The shape of a named output, or of the picture.
  func shape(_ source: String) -> Shape {
    if source == Self.image { return Shape(trusted: [1, 3, imageSize, imageSize]) }
    guard let shape = outputs[source] else { preconditionFailure("\(name) has no layer \(source) yet") }
    return shape
  }

  /// The name that stands for the network's input picture.
  static let image = "image"

  /// Adds a layer whose inputs are taken whole from `sources`, each seen as given in `views` or as it is.
  @discardableResult
  mutating func add(
    _ name: String, _ operation: Operation, from sources: [Source],
    shapes: [Shape], parameters: ParameterShapes = .none
  ) -> String {
    do {
      let layer = try Layer(
        name: name, operation: operation, inputShapes: shapes, parameterShapes: parameters)
      precondition(outputs[name] == nil, "\(self.name) has two layers called \(name)")
      outputs[name] = layer.outputShape
      steps.append(Step(layer: layer, sources: sources))
      return name
    } catch {
      preconditionFailure("The catalogue contradicts itself. \(error)")
    }
  }

  /// Adds a layer without parameters over named outputs.
  @discardableResult
  mutating func add(_ name: String, _ operation: Operation, _ inputs: String...) -> String {
    add(name, operation, from: inputs.map(source), shapes: inputs.map(shape))
  }

  func source(_ name: String) -> Source { name == Self.image ? .image : .output(of: name) }

  /// How a convolution ends.
  enum Ending {
    /// `C+b`: a bias, no norm; ReLU where said.
    case bias(relu: Bool)
    /// `CB`, or `CBR` with ReLU: a batch norm (epsilon 1e-5), no bias.
    case norm(relu: Bool)

    static let plain = Ending.bias(relu: false)
  }

  /// Adds a square-windowed convolution of `input` to `channels` output channels.
  @discardableResult
  mutating func convolution(
    _ name: String, _ input: String, _ channels: Int, kernel: Int = 1, stride: Int = 1, padding: Int = 0,
    dilation: Int = 1, _ ending: Ending
  ) -> String {
    let (operation, parameters) = Self.convolution(
      inputChannels: shape(input)[1], channels, kernel, stride, padding, dilation, ending)
    return add(
      name, .conv2d(operation), from: [source(input)], shapes: [shape(input)], parameters: parameters)
  }

  /// Adds a 3×3 deformable convolution with norm and ReLU, dilation equal to padding.
  @discardableResult
  mutating func deformable(
    _ name: String, _ input: String, offset: String, _ channels: Int, dilation: Int
  ) -> String {
    let (operation, parameters) = Self.convolution(
      inputChannels: shape(input)[1], channels, 3, 1, dilation, dilation, .norm(relu: true))
    return add(
      name, .deformConv2d(operation), from: [source(input), source(offset)],
      shapes: [shape(input), shape(offset)], parameters: parameters)
  }

  private static func convolution(
    inputChannels: Int, _ channels: Int, _ kernel: Int, _ stride: Int, _ padding: Int, _ dilation: Int,
    _ ending: Ending
  ) -> (Convolution, ParameterShapes) {
    let perChannel = Shape(trusted: [channels])
    var parameters = ParameterShapes(weight: Shape(trusted: [channels, inputChannels, kernel, kernel]))
    var convolution = Convolution(stride: Pair(stride), padding: Pair(padding), dilation: Pair(dilation))
    switch ending {
    case .bias(let relu):
      parameters.bias = perChannel
      convolution.relu = relu
    case .norm(let relu):
      parameters.norm = perChannel
      convolution.relu = relu
    }
    return (convolution, parameters)
  }

  /// Adds a batch norm over `input`, with the published network's epsilon.
  @discardableResult
  mutating func norm(_ name: String, _ input: String) -> String {
    add(
      name, .batchNorm2d(epsilon: 1e-5, relu: false), from: [source(input)], shapes: [shape(input)],
      parameters: ParameterShapes(norm: Shape(trusted: [shape(input)[1]])))
  }
}
