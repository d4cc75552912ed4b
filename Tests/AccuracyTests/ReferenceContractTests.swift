import Accuracy
import Backends
import ReferenceBackend
import Tensors
import Testing

/// The heights that the reference backend declares and the bounds that are made of them fit together.
@Suite struct ReferenceContractTests {
  private let backend = ReferenceBackend(threads: 2)

  @Test(arguments: KindCase.all)
  func `the naive loops keep what they promise`(kind: KindCase) throws {
    let plan = try backend.plan(kind.layer, parameters: kind.parameters)
    var output = Tensor<Float>(kind.layer.outputShape, repeating: .nan)
    plan.run(kind.inputs, into: &output)
    let verdict = judge(
      kind.layer, plan.errorModel, kind.inputs, kind.parameters, truth: kind.truth, output: output.values)
    #expect(verdict.status.isGood, "\(verdict.message)")
  }

  @Test(arguments: Data.allCases, [false, true])
  func `so do the convolutions`(data: Data, deformable: Bool) throws {
    let naive = try NaiveConvolution(data, deformable: deformable)
    let plan = try backend.plan(naive.layer, parameters: naive.parameters)
    var output = Tensor<Float>(naive.layer.outputShape, repeating: .nan)
    plan.run(naive.inputs, into: &output)
    let verdict = try naive.judge(output.values, model: plan.errorModel)
    #expect(verdict.status.isGood, "\(verdict.message)")
  }
}
