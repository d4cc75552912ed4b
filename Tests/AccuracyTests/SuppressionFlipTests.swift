import Accuracy
import Backends
import Catalogue
import ReferenceBackend
import Tensors
import Testing
import TiledBackend

/// Three boxes in a row, the second of which overlaps the first by very nearly the threshold: ten pixels square, shifted
/// by d, the overlap is (10 − d)/(10 + d). The third overlaps the second more than that and the first less.
private struct NearlyTouching {
  let layer: Layer
  let inputs: [Tensor<Float>]
  let truth: Truth

  /// d for an overlap of 0.45, to the last bit of float32.
  static let shift: Float = 10 * 0.55 / 1.45

  /// - Parameter side: the first box's last column and row.
  init(shift: Float, side: Float = 9) throws {
    let suppression = Suppression(
      scoreThreshold: 0.01, iouThreshold: 0.45, maxPerClass: 50, objectnessThreshold: 0.01)
    inputs = [
      tensor(
        [3, 4], [0, 0, side, side, shift, 0, side + shift, side, shift + 1, 0, side + 1 + shift, side]),
      tensor([3, 2], [0, 0.9, 0, 0.8, 0, 0.7]), tensor([3], [1, 1, 1]),
    ]
    layer = try Layer(name: "nms", operation: .nms(suppression), inputShapes: inputs.map(\.shape))
    let output = Reference.evaluate(
      layer, inputs: inputs.map { $0.map(Double.init) }, parameters: Parameters<Double>())
    truth = Truth(shape: output.shape, values: output.values)
  }

  /// The rows of the boxes with these numbers, in that order.
  func rows(_ boxes: [Int]) -> Tensor<Float> {
    let values = boxes.flatMap { box in
      [1, inputs[1].values[2 * box + 1]] + inputs[0].values[(4 * box)..<(4 * box + 4)]
    }
    return Tensor(Shape(trusted: [boxes.count, 6]), values: values)
  }

  func verdict(_ boxes: [Int], exact: Bool = false) -> Verdict {
    let output = rows(boxes)
    return Comparison.judge(
      layer: layer, output: output, truth: truth, bounds: .exact(count: truth.values.count), exact: exact
    ).weighingFlips(of: layer, inputs: inputs, output: output, exact: exact)
  }
}

@Suite struct SuppressionFlipTests {
  @Test func `a decision within its margin may fall either way, with all that follows from it`() throws {
    let near = try NearlyTouching(shift: NearlyTouching.shift)
    let verdicts = [near.verdict([0, 1]), near.verdict([0, 2])]
    #expect(Set(verdicts.map(\.status)) == [.exact, .passed])
    let flipped = try #require(verdicts.first { $0.status == .passed })
    #expect(flipped.message.hasPrefix("1 decision fell otherwise"), "\(flipped.message)")
    #expect(flipped.maxRatio > 0 && flipped.maxRatio < 1)
    #expect(flipped.elements == 12)
    #expect(flipped.flips == 1)
  }

  /// Boxes of any size that overlap by the threshold as nearly as float32 can say it: some of what real
  /// implementations decide of them is not what exact arithmetic does, and all of it is within the margins.
  @Test func `what float32 makes of near overlaps passes`() throws {
    let backends: [any Backend] = [ReferenceBackend(threads: 1), TiledBackend(threads: 1)]
    var flips = 0
    for side in random(500, scale: 30, stream: 60).map({ 40 + $0 }) {
      let near = try NearlyTouching(shift: (side + 1) * NearlyTouching.shift / 10, side: side)
      let specimen = Specimen(layer: near.layer, inputs: near.inputs, parameters: Parameters())
      for backend in backends {
        let verdict = specimen.judge(
          try backend.plan(near.layer, parameters: Parameters()), truth: near.truth)
        #expect(verdict.status.isGood, "\(backend.name), side \(side): \(verdict.message)")
        flips += verdict.flips
      }
    }
    #expect(flips > 0)
  }

  @Test(arguments: [[0], [0, 1, 2], [1], [0, 2, 1], [2], []])
  func `what no arithmetic explains fails all the same`(boxes: [Int]) throws {
    let verdict = try NearlyTouching(shift: NearlyTouching.shift).verdict(boxes)
    #expect(verdict.status == .failed)
    #expect(verdict.message.contains("In class 1") || verdict.message.contains("Row "), "\(verdict.message)")
  }

  @Test(arguments: [-1, 1] as [Float])
  func `beyond the margin there is one right answer`(sign: Float) throws {
    let far = try NearlyTouching(shift: NearlyTouching.shift + sign * 1e-5)
    let right = sign > 0 ? [0, 1] : [0, 2]
    #expect(far.verdict(right).status == .exact)
    #expect(far.verdict(sign > 0 ? [0, 2] : [0, 1]).status == .failed)
  }

  @Test func `exactness excuses nothing`() throws {
    let near = try NearlyTouching(shift: NearlyTouching.shift)
    let verdicts = [near.verdict([0, 1], exact: true), near.verdict([0, 2], exact: true)]
    #expect(Set(verdicts.map(\.status)) == [.exact, .failed])
  }

  @Test func `a copied value that is not the input's fails`() throws {
    let near = try NearlyTouching(shift: NearlyTouching.shift + 1)
    var output = near.rows([0, 1])
    output.values[7] = output.values[7].nextUp
    let verdict = Comparison.judge(
      layer: near.layer, output: output, truth: near.truth, bounds: .exact(count: near.truth.values.count),
      exact: false
    ).weighingFlips(of: near.layer, inputs: near.inputs, output: output, exact: false)
    #expect(verdict.status == .failed)
  }

  @Test func `a truth that its own inputs contradict is put in doubt`() throws {
    let far = try NearlyTouching(shift: 5)
    let output = far.rows([0, 1])
    let wrong = Truth(shape: Shape(trusted: [1, 6]), values: far.rows([0]).values.map(Double.init))
    let verdict = Comparison.judge(
      layer: far.layer, output: output, truth: wrong, bounds: .exact(count: 6), exact: false
    ).weighingFlips(of: far.layer, inputs: far.inputs, output: output, exact: false)
    #expect(verdict.status == .failed)
    #expect(verdict.message.contains("the truth is in doubt"))
  }

  /// The float32 number next to 0.3 is above it, so a score of that number passes.
  @Test func `scores are held against thresholds exactly`() throws {
    let suppression = Suppression(
      scoreThreshold: 0.3, iouThreshold: 0.45, maxPerClass: 50, objectnessThreshold: 0.3)
    let inputs = [
      tensor([3, 4], [0, 0, 9, 9, 20, 0, 29, 9, 40, 0, 49, 9]),
      tensor([3, 2], [0, 0.3, 0, Float(0.3).nextDown, 0, 0.3]), tensor([3], [0.3, 1, Float(0.3).nextDown]),
    ]
    let layer = try Layer(name: "nms", operation: .nms(suppression), inputShapes: inputs.map(\.shape))
    let backends: [any Backend] = [ReferenceBackend(threads: 1), TiledBackend(threads: 1)]
    for backend in backends {
      let plan = try backend.plan(layer, parameters: Parameters())
      var output = Tensor<Float>(layer.outputShape, repeating: .nan)
      plan.run(inputs, into: &output)
      #expect(output.values == [1, 0.3, 0, 0, 9, 9], "\(backend.name)")
    }
  }
}
