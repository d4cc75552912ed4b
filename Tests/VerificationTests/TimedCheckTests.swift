import Backends
import Catalogue
import OpenBLASBackend
import Tensors
import Testing
import TiledBackend
import Verification

@Suite("The check of what was timed") struct TimedCheckTests {
  private let small: SmallNetwork
  private let tiled = TiledBackend(threads: 2)

  init() throws { small = try SmallNetwork() }

  /// One layer of every linear kind and ending: with ReLU, without, deformable.
  static let linear = ["conv3_2", "conv8_2", "down1", "head1.loc", "deform2"]

  private func trial(_ name: String) throws -> Trial {
    let layer = try #require(SmallNetwork.network.layers.first { $0.name == name })
    return try Trial(layer, of: "small", truths: small.truths)
  }

  private func run(_ plan: any Plan, _ trial: Trial) -> Tensor<Float> {
    var output = Tensor<Float>(trial.layer.outputShape, repeating: .nan)
    plan.run(trial.inputs, into: &output)
    return output
  }

  @Test("has no objection to right outputs", arguments: linear)
  func right(_ name: String) throws {
    let trial = try trial(name)
    let check = try TimedCheck(trial, standIn: tiled)
    for backend in [tiled, OpenBLASBackend(threads: 2)] as [any Backend] {
      let plan = try backend.plan(trial.layer, parameters: trial.parameters)
      let output = run(plan, trial)
      let finding = try check.finding(output, verified: output, of: plan, on: backend)
      #expect(finding.objection == nil && finding.sums?.status == .passed, "\(finding)")
      #expect(finding.repeatsBits == (backend.name == "openblas" ? nil : true))
      #expect(finding.sums?.pixels == trial.layer.outputShape.count / trial.layer.outputShape[1])
    }
  }

  /// Where nothing promises equal bits the sums alone must tell: an element that is far off (the bounds of hundreds
  /// of channels add up before it shows), and a picture that was written one pixel too far.
  @Test("objects to a wrong output", arguments: linear)
  func wrong(_ name: String) throws {
    let trial = try trial(name)
    let openblas = OpenBLASBackend(threads: 2)
    let plan = try openblas.plan(trial.layer, parameters: trial.parameters)
    let right = run(plan, trial)
    let largest = try #require(right.values.max())
    var element = right
    element.values[right.values.count / 2] += 8 * largest
    let late = Tensor(right.shape, values: [0] + right.values.dropLast())
    let check = try TimedCheck(trial, standIn: tiled)
    for output in [element, late] {
      let finding = try check.finding(output, verified: right, of: plan, on: openblas)
      #expect(finding.objection?.contains("wrong as a whole") == true, "\(finding)")
    }
  }

  @Test(
    "objects to bits that were promised to be the same, of any kind",
    arguments: ["conv3_2", "pool2", "scores"])
  func bits(_ name: String) throws {
    let trial = try trial(name)
    let plan = try tiled.plan(trial.layer, parameters: trial.parameters)
    let output = run(plan, trial)
    var other = output
    let place = try #require(other.values.firstIndex { $0 > 0 })
    other.values[place] = other.values[place].nextUp
    let check = try TimedCheck(trial, standIn: tiled)
    let finding = try check.finding(other, verified: output, of: plan, on: tiled)
    #expect(finding.repeatsBits == false && finding.objection?.contains("other bits") == true)
  }

  @Test("blames no one else where the stand-in is wrong", arguments: ["conv3_2", "deform2"])
  func wrongStandIn(_ name: String) throws {
    let trial = try trial(name)
    let faulty = FaultyBackend(base: tiled, layer: name) { output in
      for index in output.values.indices { output.values[index] += 1 }
    }
    let check = try TimedCheck(trial, standIn: faulty)
    let openblas = OpenBLASBackend(threads: 2)
    let plan = try openblas.plan(trial.layer, parameters: trial.parameters)
    let output = run(plan, trial)
    #expect(try check.finding(output, verified: output, of: plan, on: openblas).objection == nil)
    let own = try faulty.plan(trial.layer, parameters: trial.parameters)
    let wrong = run(own, trial)
    #expect(try check.finding(wrong, verified: wrong, of: own, on: faulty).objection != nil)
  }
}
