import Accuracy
import Backends
import Catalogue
import Foundation
import Golden
import OpenBLASBackend
import ReferenceBackend
import Tensors

/// One layer with inputs, parameters and its truth: what implementations are tried on.
struct Trial {
  let name: String
  let layer: Layer
  let inputs: [Tensor<Float>]
  let parameters: Parameters<Float>
  let truth: Truth
  let isExact: Bool
  /// Whether it is a golden case of a file, or was made up here.
  let isFromFile: Bool
  /// The arguments that let `efgrbench` repeat it: the file, or network and layer.
  let repro: String

  /// A golden case with its tensors made.
  init(_ golden: GoldenCase) {
    name = golden.name
    layer = golden.layer
    inputs = golden.loadInputs()
    parameters = golden.loadParameters()
    truth = golden.truth
    isExact = golden.comparison == .exact
    isFromFile = true
    repro = Self.path(golden.url)
  }

  /// A layer without a golden: uniform data from Philox streams that its name chooses, and the truth of the float64
  /// oracle, or of the reference in Double for kinds that are no sums of products.
  init(_ layer: Layer, of network: String, oracle: Oracle?, threads: Int) throws {
    let key = (network + "/" + layer.name).utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01B3
    }
    let source = TensorStream(key: key)
    let inputs = source.inputs(of: layer)
    let parameters = source.parameters(of: layer)
    self.layer = layer
    self.inputs = inputs
    self.parameters = parameters
    name = "\(network)/\(layer.name)"
    isExact = false
    isFromFile = false
    repro = "--network \(network) --layers \(layer.name)"
    if layer.kind.isLinear, let oracle {
      truth = try oracle.evaluate(layer, inputs: inputs, parameters: parameters).truth
    } else {
      truth = Self.referenceTruth(layer, inputs, parameters, threads: threads)
    }
  }

  /// Every element in float64, by the naive loops.
  static func referenceTruth(
    _ layer: Layer, _ inputs: [Tensor<Float>], _ parameters: Parameters<Float>, threads: Int
  ) -> Truth {
    let output = Reference.evaluate(
      layer, inputs: inputs.map { $0.map(Double.init) }, parameters: parameters.map(Double.init),
      threads: threads)
    return Truth(shape: output.shape, values: output.values)
  }

  /// A path that works from here: relative to the working folder where the file is below it.
  static func path(_ url: URL?) -> String {
    guard let url else { return "" }
    let here = FileManager.default.currentDirectoryPath + "/"
    let path = url.standardizedFileURL.path
    return path.hasPrefix(here) ? String(path.dropFirst(here.count)) : path
  }
}

/// Numbered Philox streams under one key.
private struct TensorStream {
  let key: UInt64

  private func tensor(_ shape: Shape, stream: UInt64, _ distribution: Recipe.Distribution) -> Tensor<Float> {
    Recipe(shape: shape, distribution: distribution, generator: Philox(key: key, stream: stream)).makeTensor()
  }

  func inputs(of layer: Layer) -> [Tensor<Float>] {
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

  /// Weights of variance 2/K (He et al., 2015) keep outputs of order one.
  func parameters(of layer: Layer) -> Parameters<Float> {
    let shapes = layer.parameterShapes
    let scale = Float((6 / Double(max(layer.reductionLength, 1))).squareRoot())
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
