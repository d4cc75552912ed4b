import Backends
import Catalogue
import Tensors

/// A probe as a row of data: what the layer is, and how its tensors are made.
struct ProbeSpecification {
  /// How one input's elements are made.
  enum Data {
    case values(Recipe.Distribution)
    /// Boxes with corners (x1, y1, x2, y2) on whole pixels of a square this wide, at most half as wide.
    case boxes(extent: UInt64)
    /// Multiples of 1/16 in 0…1.
    case sixteenths
  }

  let name: String
  let operation: Operation
  let inputs: [[Int]]
  var weight: [Int]?
  var hasBias = false
  var hasNorm = false
  /// The norm's least variance; the largest is twice that. Small ones let epsilon count.
  var variance: Float = 0.5
  /// One per input; those that are left out are uniform in ±1.
  var data: [Data] = []
  /// Small integers everywhere, so that every order of a sum gives the same bits, and the truth's.
  var isExact = false
  /// The transform by which it is computed; nil for the direct algorithm.
  var winograd: WinogradTransform?

  /// The probe, with tensors from Philox streams under a key that its name chooses.
  func probe() throws -> Probe {
    let channels = weight?[0] ?? inputs.first?[1] ?? 1
    let vector = Shape(trusted: [channels])
    let layer = try Layer(
      name: name, operation: operation, inputShapes: inputs.map { Shape(trusted: $0) },
      parameterShapes: ParameterShapes(
        weight: weight.map { Shape(trusted: $0) }, bias: hasBias ? vector : nil, norm: hasNorm ? vector : nil)
    )
    let tensors = layer.inputShapes.enumerated().map { index, shape in input(index, shape) }
    return Probe(
      name: name, layer: layer, inputs: tensors, parameters: parameters(layer.parameterShapes),
      isExact: isExact, winograd: winograd)
  }

  private func input(_ index: Int, _ shape: Shape) -> Tensor<Float> {
    let usual = Data.values(isExact ? .integer(range: 4) : .uniform(scale: 1))
    switch index < data.count ? data[index] : usual {
    case .values(let distribution): return tensor(shape, UInt64(index), distribution)
    case .sixteenths: return tensor(shape, UInt64(index), .nonnegativeInteger(range: 16)).map { $0 / 16 }
    case .boxes(let extent):
      let place = tensor(shape, UInt64(index), .nonnegativeInteger(range: extent)).values
      let size = tensor(shape, 8, .nonnegativeInteger(range: extent / 2)).values
      return Tensor(
        shape,
        values: place.indices.map { flat in
          flat % 4 < 2 ? place[flat] : place[flat - 2] + size[flat]
        })
    }
  }

  private func parameters(_ shapes: ParameterShapes) -> Parameters<Float> {
    func vector(_ shape: Shape, _ stream: UInt64, plus offset: Float) -> [Float] {
      isExact
        ? tensor(shape, stream, .integer(range: 8)).values
        : tensor(shape, stream, .nonnegative(scale: 1)).values.map { $0 + offset }
    }
    return Parameters(
      weight: shapes.weight.map { tensor($0, 16, isExact ? .integer(range: 4) : .uniform(scale: 1)) },
      bias: shapes.bias.map { vector($0, 17, plus: 0.25) },
      norm: shapes.norm.map {
        .init(
          weight: vector($0, 18, plus: 0.5), bias: vector($0, 19, plus: -0.5),
          runningMean: vector($0, 20, plus: -0.5),
          runningVariance: vector($0, 21, plus: 1).map { $0 * variance })
      })
  }

  private func tensor(_ shape: Shape, _ stream: UInt64, _ distribution: Recipe.Distribution) -> Tensor<Float>
  {
    let key = name.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    return Recipe(
      shape: shape, distribution: distribution, generator: Philox(key: key, stream: stream)
    ).makeTensor()
  }
}
