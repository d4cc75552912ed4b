import Tensors

/// Which parameters a layer has, and their shapes.
package struct ParameterShapes: Sendable, Hashable {
  /// OIHW for convolutions, [C] for `l2_norm`.
  package var weight: Shape?
  /// [O].
  package var bias: Shape?
  /// [O]: the shape of each of the four tensors of a batch norm.
  package var norm: Shape?

  package init(weight: Shape? = nil, bias: Shape? = nil, norm: Shape? = nil) {
    self.weight = weight
    self.bias = bias
    self.norm = norm
  }

  package static let none = ParameterShapes()
}

/// A description of one layer that is known to be consistent: kind, attributes, and the shapes of everything that
/// goes in and comes out. Making one checks every rule, so whoever holds a `Layer` need not check again.
package struct Layer: Sendable, Hashable {
  /// The canonical name, the same in goldens, record, tests and reports.
  package let name: String
  package let operation: Operation
  /// One shape per input. A deformable convolution's second input is its `offset`.
  package let inputShapes: [Shape]
  package let parameterShapes: ParameterShapes
  /// The shape of the output. For `nms`, whose number of rows depends on the data, the largest one.
  package let outputShape: Shape

  /// Checks the shapes against the rules of the kind and works out the output's.
  ///
  /// - Throws: ``LayerError`` naming the layer and the rule that is broken.
  package init(
    name: String, operation: Operation, inputShapes: [Shape], parameterShapes: ParameterShapes = .none
  ) throws(LayerError) {
    self.name = name
    self.operation = operation
    self.inputShapes = inputShapes
    self.parameterShapes = parameterShapes
    do throws(RuleViolation) {
      self.outputShape = try operation.outputShape(inputs: inputShapes, parameters: parameterShapes)
    } catch {
      throw LayerError(layer: name, kind: operation.kind, rule: error.rule)
    }
  }

  package var kind: LayerKind { operation.kind }

  /// The same layer under another name.
  package func renamed(_ name: String) -> Layer {
    Layer(name: name, trusting: self)
  }

  private init(name: String, trusting other: Layer) {
    self.name = name
    operation = other.operation
    inputShapes = other.inputShapes
    parameterShapes = other.parameterShapes
    outputShape = other.outputShape
  }

  /// Whether the number of output rows depends on the data.
  package var hasDynamicOutput: Bool { kind == .nms }

  /// The names of the inputs as golden files write them: `input`, `input.1` …, and `offset`.
  package var inputNames: [String] {
    Self.inputNames(kind: kind, count: inputShapes.count)
  }

  package static func inputNames(kind: LayerKind, count: Int) -> [String] {
    (0..<count).map { index in
      switch index {
      case 0: "input"
      case 1 where kind == .deformConv2d: "offset"
      default: "input.\(index)"
      }
    }
  }
}

/// A layer whose attributes and shapes do not fit together.
package struct LayerError: Error, CustomStringConvertible, Sendable {
  package let layer: String
  package let kind: LayerKind
  package let rule: String

  package var description: String { "Layer \(layer) (\(kind.rawValue)): \(rule)." }
}

/// A broken rule, before the layer's name is known.
struct RuleViolation: Error {
  let rule: String
  init(_ rule: String) { self.rule = rule }
}

extension Layer {
  /// The attributes of a convolution, deformable or not; nil for other kinds.
  package var convolution: Convolution? {
    switch operation {
    case .conv2d(let convolution), .deformConv2d(let convolution): convolution
    case .maxPool2d, .batchNorm2d, .relu, .sigmoid, .multiply, .add, .concat, .l2Norm, .boxOffsets,
      .objectnessMap,
      .objectnessModulate, .headPermute, .softmax, .priorBox, .decodeBoxes, .nms, .resizeBilinear:
      nil
    }
  }
}
