import Accuracy
import Backends
import Catalogue
import Tensors
import Testing
import TiledBackend

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

  /// Behind a ReLU another implementation's unclipped output completes the sums.
  @Test("equal one convolution behind a ReLU", arguments: Linear.all, [false, true])
  func rectified(_ linear: Linear, isWhole: Bool) throws {
    var linear = linear
    let plain = try linear.layer(batch: 2)
    linear.shape.relu = true
    let layer = try linear.layer(batch: 2)
    let data = TestData(plain, whole: isWhole)
    for backend in Implementation.all {
      for other in Implementation.all {
        let (output, model) = try backend.output(layer, data)
        let (unclipped, otherModel) = try other.output(plain, data)
        let verdict = judge(
          layer, data, model, output, unclipped: UnclippedOutput(unclipped, model: otherModel))
        #expect(verdict.status == .passed, "\(backend), \(other): \(verdict.message)")
      }
    }
  }

  /// Its terms are larger than the direct algorithm's, and so is the sums' tolerance.
  @Test("allow a Winograd plan its own rounding, and no more", arguments: WinogradTransform.all)
  func winograd(_ transform: WinogradTransform) throws {
    for relu in [false, true] {
      let shape = ConvolutionCase(
        batch: 2, channels: 34, outputs: 40, kernel: Pair(3), map: Pair(9, 7), padding: Pair(1),
        dilation: Pair(1, 2), hasNorm: true, relu: relu
      ).adapted(to: transform)
      let layer = try shape.layer()
      var plainShape = shape
      plainShape.relu = false
      let plain = try plainShape.layer()
      let data = TestData(layer, whole: false)
      let backend = TiledBackend(threads: 2)
      func output(_ layer: Layer, _ algorithm: String?) throws -> (Tensor<Float>, ErrorModel) {
        let plan = try backend.plan(layer, parameters: data.parameters, algorithm: algorithm)
        var output = Tensor<Float>(layer.outputShape, repeating: .nan)
        plan.run(data.inputs, into: &output)
        return (output, plan.errorModel)
      }
      let (right, model) = try output(layer, transform.name)
      #expect(model.winograd != nil)
      let (open, openModel) = try output(plain, backend.algorithms(for: plain).first)
      let unclipped = UnclippedOutput(open, model: openModel)
      let verdict = judge(layer, data, model, right, unclipped: unclipped)
      #expect(verdict.status == .passed, "\(verdict.message)")
      let largest = try #require(right.values.max())
      var wrong = right
      wrong.values[right.values.count / 2] += largest
      #expect(judge(layer, data, model, wrong, unclipped: unclipped).status == .failed)
    }
  }

  @Test("show one wrong element behind a ReLU, whether it was clipped or not", arguments: Linear.all)
  func oneRectifiedElement(_ linear: Linear) throws {
    var linear = linear
    let plain = try linear.layer()
    linear.shape.relu = true
    let layer = try linear.layer()
    let data = TestData(plain, whole: false)
    let backend = Implementation.all[0]
    let right = try backend.output(layer, data)
    let unclipped = UnclippedOutput(try backend.output(plain, data).output, model: right.model)
    let step = Float(1e-3) * Float(layer.reductionLength * layer.outputShape[1])
    let clipped = try #require(right.output.values.firstIndex(of: 0))
    let open = try #require(
      right.output.values.indices.max { right.output.values[$0] < right.output.values[$1] })
    let faults: [(String, Int, Float)] = [
      ("raised", open, right.output.values[open] + step), ("dropped to zero", open, 0),
      ("not clipped", clipped, step), ("negative", clipped, -1e-9), ("lost", clipped, .nan),
    ]
    for (name, place, value) in faults {
      var wrong = right.output
      wrong.values[place] = value
      for seed in 0..<4 as Range<UInt64> {
        let verdict = judge(layer, data, right.model, wrong, seed: seed, unclipped: unclipped)
        #expect(verdict.status == .failed, "\(name): \(verdict.message)")
      }
    }
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
    rows: Int? = nil, unclipped: UnclippedOutput? = nil
  ) -> Freivalds.Verdict {
    guard
      let sums = Freivalds(
        layer: layer, inputs: data.inputs, parameters: data.parameters, seed: seed, rows: rows)
    else { preconditionFailure("a convolution is linear") }
    return sums.check(output, model: model, unclipped: unclipped)
  }
}
