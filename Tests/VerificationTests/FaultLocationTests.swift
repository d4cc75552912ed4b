import Accuracy
import Backends
import Catalogue
import Tensors
import Testing
import Verification

@Suite("Where error comes from") struct FaultLocationTests {
  /// What is done to a layer's output.
  enum Fault {
    /// The element in the middle is moved by the least that takes it past its bound.
    case element
    /// A channel, a row of boxes or a detection is scaled by 1.01.
    case channel
  }

  @Test("A fault put into any one layer is located there", arguments: [Fault.element, .channel])
  func everyLayer(_ fault: Fault) throws {
    let small = try SmallNetwork()
    let sound = small.chain()
    var links: [Link] = []
    for step in SmallNetwork.network.steps {
      let parameters = small.parameters.parameters(for: step.layer)
      let before = sound.continued(on: small.backend)
      let link = try #require(try sound.advance(step, parameters: parameters, known: nil))
      #expect(link.local.status != .failed, "\(step.layer.name): \(link.local.message)")
      let output = try falsified(fault, step, sound, small, parameters)
      let broken = before.continued(
        on: FaultyBackend(base: small.backend, layer: step.layer.name) { $0 = output })
      let wrong = try #require(try broken.advance(step, parameters: parameters, known: nil))
      let attribution = Attribution(links + [wrong])
      #expect(attribution.firstFault?.layer == step.layer.name, "\(wrong.local.message)")
      #expect(attribution.sentence.hasPrefix("\(step.layer.name) is the first layer"))
      links.append(link)
    }
    #expect(links.count == 116)
    #expect(Attribution(links).firstFault == nil)
  }

  /// A sound output with the fault in it.
  private func falsified(
    _ fault: Fault, _ step: Step, _ sound: Chain, _ small: SmallNetwork, _ parameters: Parameters<Float>
  ) throws -> Tensor<Float> {
    let layer = step.layer
    let inputs = sound.inputs(of: step)
    var output = try #require(sound.output(of: layer.name))
    guard fault == .element else {
      scaleSlice(&output)
      return output
    }
    let plan = try small.backend.plan(layer, parameters: parameters)
    let check = try small.truths.check(
      output, of: layer, model: plan.errorModel, inputs: inputs, parameters: parameters)
    let place = output.values.count / 2
    let bound = check.bounds.guaranteed[place]
    try #require(bound.isFinite)
    var value = Float(check.truth.values[place] + bound)
    while Double(value) - check.truth.values[place] <= bound { value = value.nextUp }
    output.values[place] = value
    return output
  }

  /// Scales the slice along the second axis that holds the largest value, so that there is something to scale.
  private func scaleSlice(_ output: inout Tensor<Float>) {
    let largest = output.values.indices.max { abs(output.values[$0]) < abs(output.values[$1]) } ?? 0
    let width = output.shape.dimensions.dropFirst(2).reduce(1, *)
    let start = largest / width * width
    for index in start..<start + width { output.values[index] *= 1.01 }
  }

  @Test(
    "What a fault becomes in later layers is inherited, not their own", arguments: ["conv4_2", "offset2"])
  func inherited(_ faulty: String) throws {
    let small = try SmallNetwork()
    let check = NetworkCheck(
      SmallNetwork.network, feed: SmallNetwork.feed, parameters: small.parameters,
      backends: [
        FaultyBackend(base: small.backend, layer: faulty) { output in
          for index in output.values.indices { output.values[index] *= 1.01 }
        }
      ], truths: small.truths)
    var links: [Link] = []
    for step in SmallNetwork.network.steps { links += try check.advance(step).map(\.link) }
    #expect(Attribution(links).firstFault?.layer == faulty)
    #expect(links.filter { $0.local.status == .failed }.map(\.layer) == [faulty])
    let own = try #require(links.first { $0.layer == faulty }?.shares)
    #expect(own.local > 1e-3 && own.inherited < 1e-4)
    let reader = faulty == "conv4_2" ? "conv4_3" : "deform2"
    let next = try #require(links.first { $0.layer == reader }?.shares)
    #expect(next.local < 1e-4 && next.inherited > 1e-4 && next.total > 1e-4)
  }
}
