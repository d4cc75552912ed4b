import Catalogue
import Golden
import Tensors

/// Inputs and parameters where no file gives any: numbered Philox streams under one key, the same on every machine.
package struct SeededTensors {
  private let key: UInt64
  private let period: Int

  /// The key is the FNV-1a hash of `name`.
  ///
  /// - Parameter period: after so many elements a tensor repeats itself, which is quickly made; for timing.
  package init(name: String, period: Int = .max) {
    self.period = period
    key = name.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }

  private func tensor(_ shape: Shape, stream: UInt64, _ distribution: Recipe.Distribution) -> Tensor<Float> {
    let generator = Philox(key: key, stream: stream)
    guard shape.count > period else {
      return Recipe(shape: shape, distribution: distribution, generator: generator).makeTensor()
    }
    let part = Recipe(shape: Shape(trusted: [period]), distribution: distribution, generator: generator)
      .makeTensor().values
    let values = [Float](unsafeUninitializedCapacity: shape.count) { buffer, count in
      for start in stride(from: 0, to: shape.count, by: period) {
        let rest = part.prefix(shape.count - start)
        _ = buffer[start..<(start + rest.count)].initialize(fromContentsOf: rest)
      }
      count = shape.count
    }
    return Tensor(shape, values: values)
  }

  package func inputs(of layer: Layer) -> [Tensor<Float>] {
    layer.inputShapes.enumerated().map { index, shape in
      tensor(shape, stream: UInt64(index), distribution(of: layer, input: index))
    }
  }

  /// Scores are small and positive so that few pass the filter; all else is uniform in ±1, sampling offsets in ±3.
  private func distribution(of layer: Layer, input: Int) -> Recipe.Distribution {
    switch layer.kind {
    case .nms: .nonnegative(scale: input == 0 ? 300 : input == 1 ? 0.0102 : 1)
    case .decodeBoxes: input == 2 ? .nonnegative(scale: 1) : .uniform(scale: 1)
    case .deformConv2d: .uniform(scale: input == 1 ? 3 : 1)
    case .conv2d, .maxPool2d, .batchNorm2d, .relu, .sigmoid, .multiply, .add, .concat, .l2Norm, .boxOffsets,
      .objectnessMap, .objectnessModulate, .headPermute, .softmax, .priorBox, .resizeBilinear:
      .uniform(scale: 1)
    }
  }

  /// Weights of variance 2/K (He et al., 2015) keep outputs of the order of the inputs, which `reach` brings to one.
  package func parameters(of layer: Layer, reach: Float = 1) -> Parameters<Float> {
    let shapes = layer.parameterShapes
    let scale = Float((6 / Double(max(layer.reductionLength, 1))).squareRoot()) / reach
    func vector(_ shape: Shape, _ stream: UInt64, plus offset: Float = 0) -> [Float] {
      tensor(shape, stream: stream, .nonnegative(scale: 0.5)).values.map { $0 + offset }
    }
    return Parameters(
      weight: shapes.weight.map { tensor($0, stream: 16, .uniform(scale: scale)) },
      bias: shapes.bias.map { vector($0, 17) },
      norm: shapes.norm.map {
        .init(
          weight: vector($0, 18, plus: 0.75), bias: vector($0, 19, plus: -0.25),
          runningMean: vector($0, 20, plus: -0.25), runningVariance: vector($0, 21, plus: 0.5))
      })
  }
}

/// Made-up parameters for a network that has no golden and was given no weights.
package struct SeededParameters: ParameterStore {
  private let network: Network
  /// The layers that see the picture, or pools of it: its values reach 151, where all others are of order one.
  private let pictureLayers: Set<String>

  package init(_ network: Network) {
    self.network = network
    var pictures: Set<String> = []
    var layers: Set<String> = []
    for step in network.steps {
      let seesPicture = step.sources.contains { source in
        switch source {
        case .image: true
        case .output(let name), .column(_, let name): pictures.contains(name)
        case .pixelScale: false
        }
      }
      guard seesPicture else { continue }
      if step.layer.parameterShapes == .none { pictures.insert(step.layer.name) }
      layers.insert(step.layer.name)
    }
    pictureLayers = layers
  }

  /// The heads, the only layers with a bias that end without ReLU, are scaled down too: a box's size is the
  /// exponential of their output, and would leave float32's range.
  package func parameters(for layer: Layer) -> Parameters<Float> {
    let isHead =
      switch layer.operation {
      case .conv2d(let convolution): layer.parameterShapes.bias != nil && !convolution.relu
      case .deformConv2d, .maxPool2d, .batchNorm2d, .relu, .sigmoid, .multiply, .add, .concat, .l2Norm,
        .boxOffsets, .objectnessMap, .objectnessModulate, .headPermute, .softmax, .priorBox, .decodeBoxes,
        .nms, .resizeBilinear:
        false
      }
    return SeededTensors(name: network.name + "/" + layer.name).parameters(
      of: layer, reach: isHead || pictureLayers.contains(layer.name) ? 128 : 1)
  }
}
