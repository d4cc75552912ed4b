import Backends
import Catalogue
import Foundation
import ReferenceBackend
import Tensors
import Testing
import TiledBackend

/// Convolutions by the direct algorithms; ``WinogradTests`` have the others.
@Suite("Tiled convolutions") struct ConvolutionTests {
  @Test("equal the naive loops bit for bit on small integers", arguments: ConvolutionCase.all)
  func exact(_ shape: ConvolutionCase) throws {
    for deformable in [false, true] where !(deformable && shape.groups > 1) {
      var shape = shape
      // ε makes the norm's scale inexact, and with it every product.
      shape.hasNorm = false
      let layer = try shape.layer(deformable: deformable)
      let data = TestData(layer, whole: true)
      let truth = Reference.evaluate(layer, inputs: data.inputs, parameters: data.parameters)
      for set in InstructionSet.available {
        for plan in try direct(layer, data, set) {
          #expect(run(plan, data).values == truth.values, "\(set) \(plan.algorithm)")
        }
      }
    }
  }

  @Test("stay within γ_h·M of the truth in float64", arguments: ConvolutionCase.all)
  func bounded(_ shape: ConvolutionCase) throws {
    let layer = try shape.layer()
    let data = TestData(layer, whole: false)
    let truth = Reference.evaluate(
      layer, inputs: data.inputs.map { $0.map(Double.init) }, parameters: data.parameters.map(Double.init))
    let magnitude = try magnitude(layer, data)
    for set in InstructionSet.available {
      for plan in try direct(layer, data, set) {
        let output = run(plan, data)
        // γ_h = h·u/(1 − h·u), u = 2⁻²⁴: Higham, Accuracy and Stability, §3.1.
        let hu = Double(plan.errorModel.height) * 0x1p-24
        let worst = output.values.indices.max { ratio($0) < ratio($1) }
        func ratio(_ i: Int) -> Double {
          let error = abs(Double(output.values[i]) - truth.values[i])
          return error <= hu / (1 - hu) * magnitude[i] ? 0 : (error.isNaN ? .infinity : error)
        }
        let index = try #require(worst)
        #expect(ratio(index) == 0, "\(set) \(plan.algorithm): element \(index) is \(output.values[index])")
      }
    }
  }

  /// A network may so take one for the other. Packed GEMM's chains are nine places of a block's channels; the others' are,
  /// where the kernel is one or three places wide, or dilated, and channels fill a block.
  @Test(
    "have the same bits by every direct algorithm", arguments: ConvolutionCase.all + ConvolutionCase.winograd)
  func interchangeable(_ shape: ConvolutionCase) throws {
    let layer = try shape.layer()
    let data = TestData(layer, whole: false)
    let hasPackedChains = [1, 3].contains(shape.kernel.horizontal) || shape.dilation.horizontal > 1
    for set in InstructionSet.available {
      let backend = TiledBackend(instructionSet: set, threads: 2)
      func bits(_ algorithm: String) throws -> Data {
        let plan = try backend.plan(layer, parameters: data.parameters, algorithm: algorithm)
        var output = Tensor<Float>(layer.outputShape, repeating: .nan)
        plan.run(data.inputs, into: &output)
        return output.bits
      }
      let expected = try bits("implicit-gemm")
      for algorithm in backend.algorithms(for: layer)
      where algorithm == "pixel-gemm" || algorithm == "packed-gemm" && hasPackedChains {
        #expect(try bits(algorithm) == expected, "\(set), \(algorithm)")
      }
    }
  }

  @Test(
    "are packed where channels fill a block, go by pixels where the stride is 1, and never with groups",
    arguments: ConvolutionCase.all)
  func offers(_ shape: ConvolutionCase) throws {
    let known = TiledBackend(threads: 1).algorithms(for: try shape.layer())
    #expect(known[0] == "implicit-gemm")
    #expect(known.contains("packed-gemm") == (shape.channels >= 16 && shape.groups == 1))
    #expect(known.contains("pixel-gemm") == (shape.stride == Pair(1) && shape.groups == 1))
  }

  @Test("sample 0 outside the map, however far", arguments: [-1e30, -1000, -40, 40, 1000, 1e30] as [Float])
  func farOffsets(_ offset: Float) throws {
    let layer = try ConvolutionCase(
      channels: 17, outputs: 5, kernel: Pair(3), map: Pair(6, 5), padding: Pair(1)
    ).layer(deformable: true)
    let data = TestData(layer, whole: true)
    let inputs = [data.inputs[0], Tensor(layer.inputShapes[1], repeating: offset)]
    let bias = try #require(data.parameters.bias)
    for set in InstructionSet.available {
      let plan = try TiledBackend(instructionSet: set, threads: 1).plan(layer, parameters: data.parameters)
      var output = Tensor<Float>(layer.outputShape, repeating: .nan)
      plan.run(inputs, into: &output)
      #expect(output.values == bias.flatMap { [Float](repeating: $0, count: 30) }, "\(set)")
    }
  }

  private func run(_ plan: any Plan, _ data: TestData) -> Tensor<Float> {
    var output = Tensor<Float>(plan.layer.outputShape, repeating: .nan)
    plan.run(data.inputs, into: &output)
    return output
  }

  /// The layer by every direct algorithm, whatever its sizes speak for, on two threads and past the caches.
  private func direct(_ layer: Layer, _ data: TestData, _ set: InstructionSet) throws -> [any Plan] {
    let backend = TiledBackend(instructionSet: set, threads: 2, streamedBytes: 0)
    return try backend.algorithms(for: layer).filter { !$0.hasPrefix("winograd") }.map {
      try backend.plan(layer, parameters: data.parameters, algorithm: $0)
    }
  }

  /// M of golden-format.md: the layer on absolute values, less the norm, which is then applied in its own form.
  private func magnitude(_ layer: Layer, _ data: TestData) throws -> [Double] {
    guard case .conv2d(var convolution) = layer.operation else { return [] }
    convolution.relu = false
    var shapes = layer.parameterShapes
    shapes.norm = nil
    let bare = try Layer(
      name: "magnitude", operation: .conv2d(convolution), inputShapes: layer.inputShapes,
      parameterShapes: shapes)
    let absolute = data.parameters.map { abs(Double($0)) }
    let sums = Reference.evaluate(
      bare, inputs: data.inputs.map { $0.map { abs(Double($0)) } },
      parameters: Parameters(weight: absolute.weight, bias: absolute.bias)
    ).values
    guard let norm = absolute.norm else { return sums }
    let area = layer.outputShape[2] * layer.outputShape[3]
    return sums.enumerated().map { index, sum in
      let channel = index / area % layer.outputShape[1]
      let scale =
        norm.weight[channel] / (norm.runningVariance[channel] + convolution.normEpsilon).squareRoot()
      return (sum + norm.runningMean[channel]) * scale + norm.bias[channel]
    }
  }
}
