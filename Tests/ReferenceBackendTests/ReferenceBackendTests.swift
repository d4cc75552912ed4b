import Backends
import Catalogue
import ReferenceBackend
import Tensors
import Testing

@Suite struct ReferenceBackendTests {
  @Test("Every kind: offered, planned, and the same for any thread count", arguments: LayerKind.allCases)
  func resultsDoNotDependOnThreads(_ kind: LayerKind) throws {
    let sample = try Sample(kind: kind)
    let expected = Reference.evaluate(sample.layer, inputs: sample.inputs, parameters: sample.parameters)
    #expect(sample.layer.kind == kind)
    #expect(sample.layer.hasDynamicOutput || expected.shape == sample.layer.outputShape)
    for threads in [1, 2, 3, 7, 64] {
      let backend = ReferenceBackend(threads: threads)
      #expect(backend.offers(kind))
      let plan = try backend.plan(sample.layer, parameters: sample.parameters)
      var output = Tensor(sample.layer.outputShape, repeating: Float.nan)
      plan.run(sample.inputs, into: &output)
      #expect(output == expected)
      #expect(plan.algorithm == "naive")
      #expect(backend.algorithms(for: sample.layer) == ["naive"])
    }
    let outputIsTrivial = Set(expected.values).count < 2
    #expect(!outputIsTrivial)
  }

  @Test(
    "Kinds that round nothing say so, the others don't", arguments: LayerKind.allCases)
  func errorModels(_ kind: LayerKind) throws {
    let sample = try Sample(kind: kind)
    let model = try ReferenceBackend(threads: 1).plan(sample.layer, parameters: sample.parameters).errorModel
    let copies: Set<LayerKind> = [.maxPool2d, .relu, .concat, .boxOffsets, .headPermute, .nms]
    #expect((model == .exact) == copies.contains(kind))
    let powers: Set<LayerKind> = [.sigmoid, .objectnessMap, .softmax, .decodeBoxes]
    #expect((model.exponentialError > 0) == powers.contains(kind))
    #expect(model.isDeterministic)
  }

  @Test func heightsCountProductsBiasAndNorm() throws {
    func height(_ operation: Operation, _ shapes: [[Int]], bias: Bool, norm: Bool) throws -> Int {
      let sample = try Sample(operation, shapes, weight: [2, 10, 3, 3], bias: bias, norm: norm)
      return Reference.errorModel(of: sample.layer).height
    }
    let plain = Operation.conv2d(Convolution())
    #expect(try height(plain, [[1, 10, 3, 3]], bias: false, norm: false) == 90)
    #expect(try height(plain, [[1, 10, 3, 3]], bias: true, norm: false) == 91)
    #expect(try height(plain, [[1, 10, 3, 3]], bias: false, norm: true) == 96)
    let deformable = Operation.deformConv2d(Convolution())
    #expect(try height(deformable, [[1, 10, 3, 3], [1, 18, 1, 1]], bias: true, norm: true) == 104)
  }

  @Test func unknownAlgorithmsAreRefused() throws {
    let sample = try Sample(kind: .relu)
    let error = #expect(throws: BackendError.self) {
      try ReferenceBackend(threads: 1).plan(
        sample.layer, parameters: sample.parameters, algorithm: "winograd")
    }
    let message = try #require(error).description
    #expect(message.contains("\"winograd\"") && message.contains("naive"))
  }

  @Test func parametersOfOtherShapesAreRefused() throws {
    let sample = try Sample(kind: .conv2d)
    let error = #expect(throws: BackendError.self) {
      try ReferenceBackend(threads: 1).plan(sample.layer, parameters: Parameters())
    }
    #expect(try #require(error).description.contains("do not fit layer sample"))
  }
}
