import Accuracy
import Backends
import Catalogue
import Foundation
import Golden
import ReferenceBackend
import Tensors
import Testing

@Suite struct FaultProbeTests {
  /// Spoils the last element of whatever comes out.
  private static let spoilingAll = FaultyBackend { _, output in
    if let last = output.values.indices.last { output.values[last] += 1 + abs(output.values[last]) }
  }

  private func probe(_ backend: any Backend) -> FaultProbe {
    FaultProbe(backend, isExact: false) { $0.truth() }
  }

  private func convolution(
    _ convolution: Convolution, batch: Int, channels: Int, outputs: Int, map: Pair, isDeformable: Bool = false
  ) throws -> Specimen {
    let size = convolution.outputSize(input: map, kernel: Pair(3))
    let input = Shape(trusted: [batch, channels, map.vertical, map.horizontal])
    let offset = Shape(trusted: [batch, 18, size.vertical, size.horizontal])
    let perChannel = Shape(trusted: [outputs])
    let layer = ScaleCase(
      operation: isDeformable ? .deformConv2d(convolution) : .conv2d(convolution),
      inputShapes: isDeformable ? [input, offset] : [input],
      parameterShapes: ParameterShapes(
        weight: Shape(trusted: [outputs, channels / convolution.groups, 3, 3]), bias: perChannel,
        norm: perChannel))
    return try layer.specimen(.uniform, seed: 1)
  }

  @Test func `a convolution shrinks to what the fault needs`() throws {
    // Wrong at output channel 3, column 4, but only with two or more input channels.
    let faulty = FaultyBackend { layer, output in
      let shape = output.shape
      guard shape[1] > 3, shape[3] > 4, layer.inputShapes[0][1] > 1 else { return }
      output.values[3 * shape[2] * shape[3] + 4] += 100
    }
    let specimen = try convolution(
      Convolution(padding: Pair(1), relu: true), batch: 3, channels: 6, outputs: 9, map: Pair(12, 11))
    #expect(probe(faulty).fails(specimen))
    let smallest = probe(faulty).smallest(of: specimen)
    #expect(smallest.inputs[0].shape == Shape(trusted: [1, 2, 1, 5]))
    #expect(smallest.parameters.weight?.shape == Shape(trusted: [4, 2, 3, 3]))
    #expect(probe(faulty).fails(smallest))
    #expect(!probe(ReferenceBackend(threads: 1)).fails(smallest))
  }

  @Test func `a deformable one keeps its offsets in line with the stride`() throws {
    let faulty = FaultyBackend { _, output in
      if output.shape[3] > 2 { output.values[2] += 100 }
    }
    let specimen = try convolution(
      Convolution(stride: Pair(2), padding: Pair(1)), batch: 2, channels: 4, outputs: 3, map: Pair(9, 14),
      isDeformable: true)
    let smallest = probe(faulty).smallest(of: specimen)
    #expect(smallest.inputs.map(\.shape) == [Shape(trusted: [1, 1, 1, 5]), Shape(trusted: [1, 18, 1, 3])])
    #expect(!probe(ReferenceBackend(threads: 1)).fails(smallest))
  }

  @Test func `groups go first, then the channels of the last one`() throws {
    let specimen = try convolution(
      Convolution(padding: Pair(1), groups: 4), batch: 1, channels: 8, outputs: 12, map: Pair(6))
    let smallest = probe(Self.spoilingAll).smallest(of: specimen)
    #expect(smallest.inputs[0].shape == Shape(trusted: [1, 1, 1, 1]))
    #expect(smallest.parameters.weight?.shape == Shape(trusted: [1, 1, 3, 3]))
  }

  @Test(arguments: ScaleCase.others)
  func `every kind shrinks as far as it can and stays a case`(layer: ScaleCase) throws {
    let specimen = try layer.specimen(.uniform, seed: 2)
    let probe = probe(Self.spoilingAll)
    #expect(probe.fails(specimen))
    let smallest = probe.smallest(of: specimen)
    #expect(probe.fails(smallest))
    #expect(smallest.layer.kind == specimen.layer.kind)
    let least = smallest.inputs.reduce(0) { $0 + $1.values.count }
    // Another size of map would be another ratio, which the fault may depend on.
    let mostElements = specimen.layer.kind == .resizeBilinear ? 32 * 32 : 20
    #expect(least <= mostElements, "\(smallest.inputs.map(\.shape))")
    #expect(!self.probe(ReferenceBackend(threads: 1)).fails(smallest))
  }

  @Test func `what is right does not fail`() throws {
    for layer in ScaleCase.linear + ScaleCase.others {
      #expect(!probe(ReferenceBackend(threads: 2)).fails(try layer.specimen(.uniform, seed: 3)))
    }
  }

  @Test func `a cut case goes through its file and fails again`() throws {
    let specimen = try convolution(
      Convolution(padding: Pair(1), relu: true), batch: 2, channels: 5, outputs: 4, map: Pair(7, 6))
    let smallest = probe(Self.spoilingAll).smallest(of: specimen)
    let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).safetensors")
    defer { try? FileManager.default.removeItem(at: url) }
    try GoldenCase(
      name: "cut", layer: smallest.layer, inputs: smallest.inputs.map(TensorSource.stored),
      parameters: ParameterSources(smallest.parameters), comparison: .bound, truth: smallest.truth(),
      provenance: #"{"generator":"test","truth":"float64"}"#
    ).write(to: url)
    let golden = try GoldenCase(contentsOf: url)
    let read = Specimen(
      layer: golden.layer, inputs: golden.loadInputs(), parameters: golden.loadParameters())
    let verdicts = try [Self.spoilingAll as any Backend, ReferenceBackend(threads: 1)].map {
      read.judge(try $0.plan(read.layer, parameters: read.parameters), truth: golden.truth)
    }
    #expect(verdicts.map(\.status.isGood) == [false, true])
  }
}
