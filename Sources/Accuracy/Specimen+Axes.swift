import Catalogue
import Tensors

/// A direction in which a specimen can be made smaller: `extent` units, of which a range can be kept.
struct SpecimenAxis {
  let extent: Int
  /// The specimen with the units in the range alone; nil where that is no layer, as when the kernel no longer fits.
  let keeping: (Range<Int>) -> Specimen?
}

extension Specimen {
  /// Every direction that the kind leaves free, the one that saves most first: batch, output channels, the map, input
  /// channels. What is cut is another layer, with another output, of the same kind.
  var axes: [SpecimenAxis] {
    switch layer.operation {
    case .conv2d(let convolution), .deformConv2d(let convolution): convolutionAxes(convolution)
    case .relu, .sigmoid, .multiply, .add, .softmax:
      (0..<inputs[0].shape.rank).map(axisOfAll)
    case .maxPool2d: mapAxes + [axis([1])]
    case .batchNorm2d, .l2Norm: mapAxes + [axis([1], cutsParameters: true)]
    case .concat: mapAxes
    case .boxOffsets: mapAxes + [axis([1], unit: 4)]
    case .objectnessMap: mapAxes + [axis([1], unit: 2)]
    case .objectnessModulate: mapAxes + [axis([1, nil])]
    case .headPermute(let values): mapAxes + [axis([1], unit: values)]
    case .decodeBoxes: [axis([0, 0, nil]), axis([1, 1, 0])]
    case .nms: [axis([0, 0, 0])]
    case .resizeBilinear: [axis([0]), axis([1])]
    case .priorBox: []
    }
  }

  /// Batch, rows and columns of every input.
  private var mapAxes: [SpecimenAxis] { [0, 2, 3].map(axisOfAll) }

  /// The same axis of every input.
  private func axisOfAll(_ place: Int) -> SpecimenAxis {
    axis([Int?](repeating: place, count: inputs.count))
  }

  /// - Parameters:
  ///   - places: which axis of each input is cut; nil leaves the input whole.
  ///   - unit: how many elements belong together.
  ///   - cutsParameters: whether the parameters hold one value per unit.
  private func axis(_ places: [Int?], unit: Int = 1, cutsParameters: Bool = false) -> SpecimenAxis {
    let extents = zip(inputs, places).compactMap { input, place in place.map { input.shape[$0] } }
    return SpecimenAxis(extent: (extents.first ?? 0) / unit) { range in
      let elements = (range.lowerBound * unit)..<(range.upperBound * unit)
      let inputs = zip(self.inputs, places).map { input, place in
        place.map { input.slice($0, elements) } ?? input
      }
      return replaced(
        inputs: inputs, parameters: cutsParameters ? parameters.channels(elements) : parameters)
    }
  }

  private func convolutionAxes(_ convolution: Convolution) -> [SpecimenAxis] {
    let batch = axisOfAll(0)
    let map = [mapAxis(convolution, isVertical: true), mapAxis(convolution, isVertical: false)]
    guard let weight = parameters.weight else { return [] }
    guard convolution.groups == 1 else { return [batch, groupAxis(convolution, weight)] + map }
    let outputs = SpecimenAxis(extent: weight.shape[0]) { replaced(parameters: parameters.channels($0)) }
    let channels = SpecimenAxis(extent: weight.shape[1]) { range in
      var parameters = parameters
      parameters.weight = weight.slice(1, range)
      return replaced(inputs: [inputs[0].slice(1, range)] + inputs.dropFirst(), parameters: parameters)
    }
    return [batch, outputs] + map + [channels]
  }

  /// Whole groups, with their input and output channels.
  private func groupAxis(_ convolution: Convolution, _ weight: Tensor<Float>) -> SpecimenAxis {
    let (outputs, channels) = (weight.shape[0] / convolution.groups, weight.shape[1])
    return SpecimenAxis(extent: convolution.groups) { range in
      var fewer = convolution
      fewer.groups = range.count
      let input = inputs[0].slice(1, (range.lowerBound * channels)..<(range.upperBound * channels))
      return replaced(
        .conv2d(fewer), inputs: [input],
        parameters: parameters.channels((range.lowerBound * outputs)..<(range.upperBound * outputs)))
    }
  }

  /// Rows or columns of the map. A deformable convolution keeps the offsets of the output pixels that are left: they
  /// line up because the cut begins at a multiple of the stride.
  private func mapAxis(_ convolution: Convolution, isVertical: Bool) -> SpecimenAxis {
    let axis = isVertical ? 2 : 3
    let stride = isVertical ? convolution.stride.vertical : convolution.stride.horizontal
    return SpecimenAxis(extent: inputs[0].shape[axis]) { range in
      let first = range.lowerBound / stride
      let input = inputs[0].slice(axis, (first * stride)..<range.upperBound)
      guard inputs.count > 1, let weight = parameters.weight else { return replaced(inputs: [input]) }
      let size = convolution.outputSize(
        input: Pair(input.shape[2], input.shape[3]), kernel: Pair(weight.shape[2], weight.shape[3]))
      let count = isVertical ? size.vertical : size.horizontal
      guard count > 0 else { return nil }
      return replaced(inputs: [input, inputs[1].slice(axis, first..<(first + count))])
    }
  }
}

extension Parameters<Float> {
  /// What belongs to a range of output channels.
  func channels(_ range: Range<Int>) -> Parameters {
    Parameters(
      weight: weight?.slice(0, range), bias: bias.map { Array($0[range]) },
      norm: norm.map {
        .init(
          weight: Array($0.weight[range]), bias: Array($0.bias[range]),
          runningMean: Array($0.runningMean[range]), runningVariance: Array($0.runningVariance[range]))
      })
  }
}
