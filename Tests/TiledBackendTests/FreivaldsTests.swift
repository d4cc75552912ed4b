import Accuracy
import Backends
import Catalogue
import Tensors
import Testing

@Suite("Random sums over all channels") struct FreivaldsTests {
  @Test("equal one convolution exactly on whole numbers", arguments: Linear.all)
  func exact(_ linear: Linear) throws {
    let layer = try linear.layer(batch: 2)
    let data = TestData(layer, whole: true)
    for backend in Implementation.exact(on: layer) {
      let verdict = try check(backend, layer, data)
      #expect(verdict.status == .passed && verdict.maxDifference == 0, "\(backend): \(verdict.message)")
      #expect(verdict.pixels == layer.outputShape.count / layer.outputShape[1])
    }
  }

  @Test("equal one convolution within what rounding allows", arguments: Linear.all, [false, true])
  func bounded(_ linear: Linear, hasNorm: Bool) throws {
    var linear = linear
    linear.shape.hasNorm = hasNorm
    let layer = try linear.layer(batch: 2)
    let data = TestData(layer, whole: false)
    for backend in Implementation.all(for: layer) {
      for seed in 0..<4 as Range<UInt64> {
        let verdict = try check(backend, layer, data, seed: seed)
        #expect(verdict.status == .passed, "\(backend): \(verdict.message)")
      }
    }
  }

  /// One element off by a thousandth of the pixel's magnitude, anywhere, is seen whatever the signs: the tolerance is
  /// about γ_h, 2·10⁻⁵ of it.
  @Test("show one wrong element", arguments: Linear.all)
  func oneElement(_ linear: Linear) throws {
    let layer = try linear.layer()
    let data = TestData(layer, whole: false)
    let backend = Implementation.all[0]
    let right = try backend.output(layer, data)
    let step = Float(1e-3) * Float(layer.reductionLength * layer.outputShape[1])
    for place in [0, right.output.values.count / 2, right.output.values.count - 1] {
      for seed in 0..<4 as Range<UInt64> {
        var wrong = right.output
        wrong.values[place] += step
        #expect(judge(layer, data, right.model, wrong, seed: seed).status == .failed)
        wrong.values[place] = .nan
        #expect(judge(layer, data, right.model, wrong, seed: seed).status == .failed)
      }
    }
  }

  /// Exchanged channels, a lost bias and a shifted picture change many elements of a pixel, which cancel for some signs
  /// at some pixels, but not at all of them.
  @Test("show faults of whole planes", arguments: Linear.all)
  func planes(_ linear: Linear) throws {
    let layer = try linear.layer()
    let data = TestData(layer, whole: false)
    let backend = Implementation.all[0]
    let right = try backend.output(layer, data)
    var noBias = data.parameters
    noBias.bias = noBias.bias.map { $0.map { _ in 0 } }
    let faults = [
      ("exchanged channels", right.output.reversed(axis: 1)),
      ("lost bias", try backend.run(layer, data.inputs, noBias)),
      ("shifted", right.output.moved(by: Pair(0, 1))),
    ]
    for (name, output) in faults {
      let seeds = (0..<8 as Range<UInt64>).filter {
        judge(layer, data, right.model, output, seed: $0).status == .failed
      }
      #expect(seeds.count >= 4, "\(name): seen with seeds \(seeds)")
    }
  }

  @Test("over some rows see a fault in these rows")
  func rows() throws {
    let linear = Linear.all[0]
    let layer = try linear.layer(batch: 2)
    let data = TestData(layer, whole: false)
    let right = try Implementation.all[0].output(layer, data)
    let wrong = right.output.map { $0 + 1 }
    let some = judge(layer, data, right.model, right.output, rows: 3)
    #expect(some.status == .passed && (6...18).contains(some.pixels))
    #expect(judge(layer, data, right.model, wrong, seed: 1, rows: 3).status == .failed)
    #expect(judge(layer, data, right.model, wrong, rows: 0).status == .mistrusted)
  }

  @Test("mistrust a ReLU, and refuse another shape")
  func refusals() throws {
    var shape = Linear.all[0].shape
    shape.relu = true
    let layer = try shape.layer()
    let data = TestData(layer, whole: false)
    let right = try Implementation.all[0].output(layer, data)
    #expect(judge(layer, data, right.model, right.output).status == .mistrusted)
    let linear = try Linear.all[0].layer()
    let short = right.output.cut(axis: 1, 0..<2)
    #expect(judge(linear, data, right.model, short).status == .failed)
  }

  private func check(
    _ backend: Implementation, _ layer: Layer, _ data: TestData, seed: UInt64 = 0
  ) throws -> Freivalds.Verdict {
    let (output, model) = try backend.output(layer, data)
    return judge(layer, data, model, output, seed: seed)
  }

  private func judge(
    _ layer: Layer, _ data: TestData, _ model: ErrorModel, _ output: Tensor<Float>, seed: UInt64 = 0,
    rows: Int? = nil
  ) -> Freivalds.Verdict {
    Freivalds.check(
      layer: layer, model: model, inputs: data.inputs, parameters: data.parameters, output: output,
      seed: seed, rows: rows)
  }
}
