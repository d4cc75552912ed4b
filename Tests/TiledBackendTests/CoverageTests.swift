import Backends
import Catalogue
import Microkernels
import Tensors
import Testing
import TiledBackend

/// The cases of these tests together take every way through every micro-kernel, so that what they show to be right
/// holds for all of them.
@Suite("Ways through the micro-kernels") struct CoverageTests {
  @Test("are all taken", arguments: InstructionSet.available)
  func every(_ set: InstructionSet) throws {
    let coverage = KernelCoverage()
    let backend = TiledBackend(instructionSet: set, threads: 2, coverage: coverage)
    #expect(coverage.reached.isEmpty && coverage.unreached.count > 80)
    for subject in Subject.all {
      let (layer, inputs, parameters) = try subject.make(1)
      try run(layer, inputs, parameters, on: backend)
    }
    for shape in ConvolutionCase.all {
      let layer = try shape.layer()
      let data = TestData(layer, whole: false)
      try run(layer, data.inputs, data.parameters, on: backend)
    }
    for choice in [.automatic] + AlgorithmChoice.names.map(AlgorithmChoice.forced) {
      let backend = TiledBackend(instructionSet: set, threads: 2, choice: choice, coverage: coverage)
      for sample in SampleNetwork.all {
        try backend.planNetwork(sample.network, parameters: sample.parameters)?.run(sample.feed)
      }
    }
    #expect(coverage.unreached.map { "\($0.kernel): \($0.way)" } == [])
  }

  /// Every algorithm.
  private func run(
    _ layer: Layer, _ inputs: [Tensor<Float>], _ parameters: Parameters<Float>, on backend: TiledBackend
  ) throws {
    for algorithm in backend.algorithms(for: layer) {
      var output = Tensor<Float>(layer.outputShape, repeating: .nan)
      try backend.plan(layer, parameters: parameters, algorithm: algorithm).run(inputs, into: &output)
    }
  }

  @Test("are the same bits, noted or not", arguments: Subject.all)
  func same(_ subject: Subject) throws {
    let (layer, inputs, parameters) = try subject.make(1)
    let outputs = try [nil, KernelCoverage()].map { coverage in
      let backend = TiledBackend(threads: 2, coverage: coverage)
      var output = Tensor<Float>(layer.outputShape, repeating: .nan)
      try backend.plan(layer, parameters: parameters).run(inputs, into: &output)
      return output
    }
    #expect(outputs[0].hasSameBits(as: outputs[1]))
  }
}
