import Backends
import Catalogue
import OpenBLASBackend
import Tensors
import Testing

@Suite("OpenBLAS backend")
struct OpenBLASBackendTests {
  static let cases = LayerCase.convolutions + LayerCase.deformables

  /// The bound is that of the plan's own height: |error| ≤ γ_h·M with u = 2⁻²⁴. Cases have exact sampling positions,
  /// and the direct loop in Double is a 2²⁹th of the bound off.
  @Test("agrees with the direct loop within its declared bound", arguments: cases, [1, 2, 3])
  func agreesWithDirectLoop(layerCase: LayerCase, threads: Int) throws {
    let (layer, inputs, parameters) = try layerCase.data()
    let doubles = (inputs.map { $0.map(Double.init) }, parameters.map(Double.init))
    let truth = directLoop(layer, doubles.0, doubles.1)
    let magnitude = try directMagnitude(layer, doubles.0, doubles.1)
    for algorithm in OpenBLASBackend(threads: threads).algorithms(for: layer) {
      let (output, height) = try run(layer, inputs, parameters, algorithm: algorithm, threads: threads)
      let gamma = Double(height) * 0x1p-24 / (1 - Double(height) * 0x1p-24)
      for index in truth.values.indices {
        let error = abs(Double(output.values[index]) - truth.values[index])
        #expect(error <= gamma * magnitude.values[index], "\(algorithm) at \(index)")
      }
    }
  }

  /// Integers in ±8 over at most 360 products, 360·8·8 + 8 < 2²⁴: float32 adds them exactly in any order, and the
  /// bilinear weights of multiples of 2⁻¹² would not be exact, so the offsets are whole.
  @Test(
    "is exact on small integers",
    arguments: cases.filter { !$0.norm && $0.offsets != .fractions && $0.offsets != .far })
  func isExactOnSmallIntegers(layerCase: LayerCase) throws {
    let (layer, inputs, parameters) = try layerCase.data(integers: 8)
    let truth = directLoop(layer, inputs.map { $0.map(Double.init) }, parameters.map(Double.init))
    for algorithm in OpenBLASBackend(threads: 2).algorithms(for: layer) {
      let (output, _) = try run(layer, inputs, parameters, algorithm: algorithm, threads: 2)
      #expect(output.values.map(Double.init) == truth.values, "\(algorithm)")
    }
  }

  /// 70×70 pixels of K = 576 are five chunks of columns, and rows are cut in the middle. 576·8·8 + 8 < 2²⁴.
  @Test("is exact across chunks of columns", arguments: [nil, LayerCase.Offsets.lattice])
  func isExactAcrossChunks(offsets: LayerCase.Offsets?) throws {
    let layerCase = LayerCase(
      title: "five chunks", convolution: Convolution(padding: Pair(1)), input: [1, 64, 70, 70],
      weight: [2, 64, 3, 3], bias: true, offsets: offsets)
    let (layer, inputs, parameters) = try layerCase.data(integers: 8)
    let truth = directLoop(layer, inputs.map { $0.map(Double.init) }, parameters.map(Double.init))
    let (output, _) = try run(layer, inputs, parameters, algorithm: nil, threads: 2)
    #expect(output.values.map(Double.init) == truth.values)
  }

  @Test("samples nothing where an offset is not finite", arguments: [Float.nan, .infinity, -.infinity, 1e30])
  func samplesNothingOutside(offset: Float) throws {
    let layerCase = LayerCase(title: "", input: [1, 2, 4, 4], weight: [2, 2, 3, 3], offsets: .zero)
    var (layer, inputs, parameters) = try layerCase.data()
    inputs[1] = Tensor(layer.inputShapes[1], repeating: offset)
    let (output, _) = try run(layer, inputs, parameters, algorithm: nil, threads: 1)
    #expect(output.values.allSatisfy { $0 == 0 })
  }

  @Test("weighs a sample just left of a lattice point exactly")
  func weighsTinyNegativeOffset() throws {
    let layerCase = LayerCase(title: "", input: [1, 1, 1, 2], weight: [1, 1, 1, 1], offsets: .zero)
    let (layer, _, _) = try layerCase.data()
    let inputs = [
      Tensor<Float>(layer.inputShapes[0], values: [1, 0]),
      Tensor<Float>(layer.inputShapes[1], values: [0, 0, 0, -0x1p-40]),
    ]
    let parameters = Parameters<Float>(weight: Tensor(layer.parameterShapes.weight!, repeating: 1))
    let (output, _) = try run(layer, inputs, parameters, algorithm: nil, threads: 1)
    #expect(output.values == [1, 0x1p-40])
  }

  @Test("passes NaN on through ReLU")
  func passesNaN() throws {
    let layerCase = LayerCase(
      title: "", convolution: Convolution(relu: true), input: [1, 1, 1, 3], weight: [1, 1, 1, 1])
    let (layer, _, parameters) = try layerCase.data()
    let input = Tensor<Float>(layer.inputShapes[0], values: [0, .nan, 0])
    let (output, _) = try run(layer, [input], parameters, algorithm: nil, threads: 1)
    #expect(output.values.map(\.isNaN) == [false, true, false])
  }

  @Test("runs the same plan again with the same result")
  func runsAgain() throws {
    let (layer, inputs, parameters) = try LayerCase.deformables[2].data()
    let plan = try OpenBLASBackend(threads: 1).plan(layer, parameters: parameters)
    var first = Tensor<Float>(layer.outputShape, repeating: .nan)
    var second = first
    plan.run(inputs, into: &first)
    plan.run(inputs.map { $0.map { -$0 } }, into: &second)
    plan.run(inputs, into: &second)
    #expect(first == second)
  }

  /// K products, then bias 1 or norm 3, and 6 for sampling.
  @Test(
    "declares its height",
    arguments: [(false, false, 0), (true, false, 1), (false, true, 3), (true, true, 3)])
  func declaresHeight(bias: Bool, norm: Bool, further: Int) throws {
    for (offsets, sampling) in [(nil, 0), (LayerCase.Offsets.zero, 6)] {
      let layerCase = LayerCase(
        title: "", input: [1, 5, 4, 4], weight: [2, 5, 3, 3], bias: bias, norm: norm, offsets: offsets)
      let (layer, _, parameters) = try layerCase.data()
      let model = try OpenBLASBackend(threads: 1).plan(layer, parameters: parameters).errorModel
      #expect(model.height == 45 + further + sampling)
      #expect(!model.isDeterministic)
    }
  }

  @Test("offers the linear kinds alone", arguments: LayerKind.allCases)
  func offersLinearKinds(kind: LayerKind) {
    #expect(OpenBLASBackend(threads: 1).offers(kind) == (kind == .conv2d || kind == .deformConv2d))
  }

  @Test("refuses what it can't plan, in sentences")
  func refuses() throws {
    let backend = OpenBLASBackend(threads: 1)
    let relu = try Layer(name: "r", operation: .relu, inputShapes: [Shape([1, 2, 3, 3])])
    #expect(backend.algorithms(for: relu).isEmpty)
    let unimplemented = #expect(throws: BackendError.self) {
      try backend.plan(relu, parameters: Parameters())
    }
    #expect("\(unimplemented!)" == "The openblas backend has no implementation of layer r (relu).")
    let (layer, _, parameters) = try LayerCase.convolutions[5].data()
    let unknown = #expect(throws: BackendError.self) {
      try backend.plan(layer, parameters: parameters, algorithm: "sgemm")
    }
    #expect("\(unknown!)".hasSuffix("it has im2col+sgemm."))
    let differ = #expect(throws: BackendError.self) { try backend.plan(layer, parameters: Parameters()) }
    #expect("\(differ!)" == "The openblas backend was given parameters that do not fit layer case.")
  }

  @Test("stops when it is run on tensors of another shape")
  func stopsOnWrongShape() async {
    await #expect(processExitsWith: .failure) {
      let (layer, _, parameters) = try LayerCase.convolutions[0].data()
      var output = Tensor<Float>(layer.outputShape, repeating: 0)
      try OpenBLASBackend(threads: 1).plan(layer, parameters: parameters)
        .run([Tensor(Shape([1]), repeating: 0)], into: &output)
    }
  }

  private func run(
    _ layer: Layer, _ inputs: [Tensor<Float>], _ parameters: Parameters<Float>, algorithm: String?,
    threads: Int
  ) throws -> (Tensor<Float>, height: Int) {
    let plan = try OpenBLASBackend(threads: threads).plan(layer, parameters: parameters, algorithm: algorithm)
    var output = Tensor<Float>(layer.outputShape, repeating: .nan)
    plan.run(inputs, into: &output)
    return (output, plan.errorModel.height)
  }
}
