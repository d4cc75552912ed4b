import Backends
import Catalogue
import Tensors
import Testing
import TiledBackend
import Verification

@Suite("The network of the paper, planned as a whole") struct WholeNetworkTests {
  /// Its products are fused, its heads written in their final order, its detections the same.
  @Test(
    "gives the bits of its layers one by one", arguments: InstructionSet.available,
    [.automatic, .forced("winograd-4x4")] as [AlgorithmChoice])
  func equal(_ set: InstructionSet, choice: AlgorithmChoice) throws {
    let network = SmallNetwork.network
    let parameters = SeededParameters(network)
    let backend = TiledBackend(instructionSet: set, threads: 2, choice: choice)
    let plan = try #require(
      try backend.planNetwork(network) { try parameters.parameters(for: $0) })
    var outputs: [String: Tensor<Float>] = [:]
    for step in network.steps {
      let plan = try backend.plan(step.layer, parameters: parameters.parameters(for: step.layer))
      var output = Tensor<Float>(step.layer.outputShape, repeating: .nan)
      plan.run(SmallNetwork.feed.inputs(of: step, outputs: outputs), into: &output)
      outputs[step.layer.name] = output
    }
    var seen = Set<String>()
    plan.run(SmallNetwork.feed) { name, output in
      seen.insert(name)
      #expect(output.shape == outputs[name]?.shape, "\(name)")
      #expect(
        output.values.map(\.bitPattern) == outputs[name]?.values.map(\.bitPattern), "\(set), \(name)")
    }
    #expect(
      Set(plan.fusedLayers.keys) == [
        "norm1", "mscf.aggregate", "norm2", "down1", "down2", "down3", "conv1_2", "conv2_2", "conv3_3",
      ])
    #expect(seen.union(plan.fusedLayers.keys) == Set(network.layers.map(\.name)))
    #expect(plan.result(of: "detections") == outputs["detections"])
  }
}
