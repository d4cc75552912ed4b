import Catalogue
import Foundation
import Golden
import Tensors
import Testing

@Suite struct CaseTests {
  private func read(_ draft: Draft) throws -> GoldenCase {
    let workspace = try Workspace()
    return try GoldenCase(contentsOf: try workspace.write(try draft.encoded(), as: "case.safetensors"))
  }

  @Test func `a whole case is read with its recipes`() throws {
    let golden = try read(.convolution)
    #expect(golden.name == "draft")
    #expect(golden.layer.outputShape.dimensions == [1, 1, 1, 2])
    #expect(golden.comparison == .bound)
    #expect(golden.loadInputs().map(\.values) == [[1, 2, 3, 4]])
    #expect(golden.truth.values == [-2.5, -3])
    #expect(golden.truth.magnitudes == [3.5, 5])
    let word = Philox(key: .max, stream: 7).words(ofBlock: 0)[0]
    let norm = try #require(golden.loadParameters().norm)
    #expect(norm.weight == [Float(Int32(bitPattern: word) >> 8) * 0x1p-23 * 1.5])
  }

  @Test func `a sampled case keeps indices and projections`() throws {
    let golden = try read(.sampled)
    #expect(golden.truth.indices == [1])
    #expect(golden.truth.projections == [0.5, -0.5])
    #expect(golden.truth.shape.count == 2)
  }

  @Test func `rows of a suppression may be fewer than the most`() throws {
    #expect(try read(.suppression).truth.shape.dimensions == [1, 6])
    var none = Draft.suppression
    none.doubles["expected"] = Draft.tensor([0, 6], [])
    #expect(try read(none).truth.values.isEmpty)
  }

  @Test func `neutral attributes may be left out`() throws {
    var draft = Draft.convolution
    draft.replace("layer", ",\"groups\":1,\"relu\":false", "")
    #expect(try read(draft).layer == read(.convolution).layer)
  }

  @Test func `unused numbers may stand in a recipe`() throws {
    var draft = Draft.convolution
    draft.replace("generated", "\"uniform\"", "\"constant\",\"value\":0.25,\"range\":3")
    #expect(try read(draft).loadParameters().norm?.weight == [0.25])
  }

  /// One layer of every kind; kinds that EFGRNet lacks are added by hand.
  static let layers: [Layer] = {
    let map = Shape(trusted: [2, 4, 3, 5])
    let extra: [(Catalogue.Operation, [Shape], ParameterShapes)] = [
      (.relu, [map], .none), (.sigmoid, [map], .none), (.add(relu: true), [map, map], .none),
      (.l2Norm(epsilon: 1e-10), [map], ParameterShapes(weight: Shape(trusted: [4]))),
      (.batchNorm2d(epsilon: 1e-3, relu: true), [map], ParameterShapes(norm: Shape(trusted: [4]))),
      (.resizeBilinear(size: Pair(7, 2)), [map], .none),
    ]
    let byHand = extra.compactMap { operation, inputs, parameters in
      try? Layer(
        name: "by hand", operation: operation, inputShapes: inputs, parameterShapes: parameters)
    }
    let catalogue = LayerKind.allCases.compactMap { kind in Network.all[0].layers.first { $0.kind == kind } }
    return catalogue + byHand
  }()

  @Test func `the layers are of every kind`() {
    #expect(Set(Self.layers.map(\.kind)) == Set(LayerKind.allCases))
  }

  @Test(arguments: layers)
  func `what is written is read back`(layer: Layer) throws {
    let workspace = try Workspace()
    func source(_ shape: Shape) -> TensorSource {
      .generated(Recipe(shape: shape, distribution: .constant(1), generator: Philox(key: 0, stream: 0)))
    }
    let shapes = layer.parameterShapes
    let whole = layer.hasDynamicOutput
    let golden = GoldenCase(
      name: layer.name, layer: layer, inputs: layer.inputShapes.map(source),
      parameters: ParameterSources(
        weight: shapes.weight.map(source), bias: shapes.bias.map(source),
        norm: shapes.norm.map {
          .init(weight: source($0), bias: source($0), runningMean: source($0), runningVariance: source($0))
        }),
      comparison: .exact,
      truth: Truth(
        shape: whole ? Shape(trusted: [0, 6]) : layer.outputShape, indices: whole ? nil : [0],
        values: whole ? [] : [1.5], magnitudes: layer.kind.isLinear ? [2.5] : nil),
      provenance: #"{"generator":"test"}"#)
    let url = workspace.url.appending(path: "written.safetensors")
    try golden.write(to: url)
    let read = try GoldenCase(contentsOf: url)
    #expect(read.layer == layer)
    #expect(read.comparison == .exact)
    #expect(read.truth.indices == golden.truth.indices)
    #expect(read.truth.values == golden.truth.values)
    #expect(read.truth.magnitudes == golden.truth.magnitudes)
    #expect(read.parameters.shapes == shapes)
  }

  @Test func `recipes survive writing bit for bit`() throws {
    let workspace = try Workspace()
    let golden = try read(.convolution)
    let url = workspace.url.appending(path: "again.safetensors")
    try golden.write(to: url)
    let again = try GoldenCase(contentsOf: url)
    #expect(again.loadParameters().norm?.weight == golden.loadParameters().norm?.weight)
    #expect(again.loadInputs() == golden.loadInputs())
  }
}
