import Accuracy
import Backends
import Catalogue
import ReferenceBackend
import Tensors
import Testing
import TiledBackend

@Suite("Tiled kinds") struct KindTests {
  @Test("are all tested")
  func complete() {
    let kinds = Set(KindCase.all.map(\.operation.kind))
    #expect(kinds == Set(LayerKind.allCases.filter { !$0.isLinear }))
  }

  @Test("stay within their declared bound of the reference in float64", arguments: KindCase.all)
  func bounded(_ kind: KindCase) throws {
    let layer = try kind.layer(batch: 2)
    let (inputs, parameters) = try kind.data(batch: 2)
    let values = Reference.evaluate(
      layer, inputs: inputs.map { $0.map(Double.init) }, parameters: parameters.map(Double.init))
    let truth = Truth(shape: values.shape, values: values.values)
    for (set, streamed) in InstructionSet.available.flatMap({ [($0, nil), ($0, 0)] }) {
      let backend = TiledBackend(instructionSet: set, threads: 2, streamedBytes: streamed)
      let plan = try backend.plan(layer, parameters: parameters)
      var output = Tensor<Float>(layer.outputShape, repeating: .nan)
      plan.run(inputs, into: &output)
      let bounds = ErrorBounds.evaluate(
        layer: layer, model: plan.errorModel, inputs: inputs, parameters: parameters, truth: truth)
      let verdict = Comparison.judge(
        layer: layer, output: output, truth: truth, bounds: bounds, exact: false)
      #expect(verdict.failures == 0 && verdict.elements == truth.values.count, "\(set): \(verdict.message)")
    }
  }
}
