import Accuracy
import Catalogue
import ReferenceBackend
import Tensors

/// A layer of which any number of specimens can be made.
struct ScaleCase: Sendable {
  let operation: Catalogue.Operation
  let inputShapes: [Shape]
  var parameterShapes = ParameterShapes()
  /// The transform whose bound the data are made for; nil for data made for sums as they are.
  var winograd: WinogradAdversary?

  /// The case with data of one sort and one seed.
  func specimen(_ adversary: Adversary, seed: UInt64) throws -> Specimen {
    let layer = try Layer(
      name: operation.kind.rawValue, operation: operation, inputShapes: inputShapes,
      parameterShapes: parameterShapes)
    // Streams of their own for every tensor of every specimen.
    let stream = 1_000_000 + 16 * seed
    let inputs = inputShapes.indices.map { input($0, adversary, stream + UInt64($0)) }
    return Specimen(layer: layer, inputs: inputs, parameters: parameters(adversary, stream + 8))
  }

  /// The data's name: some kinds have ranges of their own, whatever the adversary.
  func data(_ adversary: Adversary) -> String {
    switch operation.kind {
    case .sigmoid, .softmax, .objectnessMap, .decodeBoxes, .nms, .priorBox: Adversary.uniform.rawValue
    case .conv2d, .deformConv2d, .maxPool2d, .batchNorm2d, .relu, .multiply, .add, .concat, .l2Norm,
      .boxOffsets, .objectnessModulate, .headPermute, .resizeBilinear:
      adversary.rawValue
    }
  }

  private func input(_ index: Int, _ adversary: Adversary, _ stream: UInt64) -> Tensor<Float> {
    let shape = inputShapes[index]
    func uniform(_ scale: Float) -> Tensor<Float> {
      Tensor(shape, values: random(shape.count, scale: scale, stream: 2 * stream))
    }
    switch operation.kind {
    // Exponentials take arguments up to where float32 ends; the stream's number chooses how far.
    case .sigmoid, .softmax, .objectnessMap: return uniform([1, 9, 40, 100][Int(stream / 16 % 4)])
    case .deformConv2d where index == 1: return uniform(adversary == .oneWay ? 0 : 3)
    case .objectnessModulate where index == 1: return uniform(1).map { abs($0) }
    case .decodeBoxes: return index == 2 ? uniform(1).map { abs($0) } : uniform(3)
    case .nms: return index == 0 ? Self.boxes(uniform(1)) : uniform(1).map { abs($0) }
    case .conv2d, .deformConv2d, .maxPool2d, .batchNorm2d, .relu, .multiply, .add, .concat, .l2Norm,
      .boxOffsets, .objectnessModulate, .headPermute, .priorBox, .resizeBilinear:
      return winograd?.input(shape, adversary, stream: stream) ?? adversary.tensor(shape, stream: stream)
    }
  }

  /// Corners of boxes of some 20 pixels in a small picture, so that many overlap.
  private static func boxes(_ uniform: Tensor<Float>) -> Tensor<Float> {
    var boxes = uniform
    for first in stride(from: 0, to: uniform.values.count, by: 4) {
      let value = uniform.values[first..<(first + 4)].map { abs($0) }
      boxes.values[first] = 60 * value[0]
      boxes.values[first + 1] = 60 * value[1]
      boxes.values[first + 2] = 60 * value[0] + 15 + 10 * value[2]
      boxes.values[first + 3] = 60 * value[1] + 15 + 10 * value[3]
    }
    return boxes
  }

  private func parameters(_ adversary: Adversary, _ stream: UInt64) -> Parameters<Float> {
    func vector(_ shape: Shape, _ place: UInt64) -> [Float] {
      random(shape.count, stream: 2 * stream + 2 + place)
    }
    return Parameters(
      weight: parameterShapes.weight.map {
        winograd?.weights($0, adversary, stream: stream) ?? adversary.weights($0, stream: stream)
      },
      bias: parameterShapes.bias.map { vector($0, 0) },
      norm: parameterShapes.norm.map {
        .init(
          weight: vector($0, 1), bias: vector($0, 2), runningMean: vector($0, 3),
          runningVariance: vector($0, 4).map { abs($0) + 0.01 })
      })
  }
}

extension Specimen {
  /// The truth by loops in float64 that share nothing with any backend but the reference, and for sums not even that.
  func truth() -> Truth {
    let sample = DirectSample.evaluate(layer: layer, inputs: inputs, parameters: parameters, indices: nil)
    if let sample { return sample.truth(shape: layer.outputShape, indices: nil) }
    let output = Reference.evaluate(
      layer, inputs: inputs.map { $0.map(Double.init) }, parameters: parameters.map(Double.init))
    return Truth(shape: output.shape, values: output.values)
  }
}
