import Accuracy
import Catalogue
import Tensors
import Testing

@Suite struct ComparisonTests {
  private static let count = 400
  private static let layer: Layer = {
    do throws(LayerError) {
      return try Layer(name: "relu", operation: .relu, inputShapes: [Shape(trusted: [1, 4, 10, 10])])
    } catch {
      preconditionFailure(error.description)
    }
  }()
  private static let truth = random(count, stream: 1).map(Double.init)

  private func verdict(
    _ output: [Float], truth: [Double] = Self.truth, guaranteed: Double = 1e-3, probabilistic: Double = 1e-4,
    exact: Bool = false, indices: [Int]? = nil
  ) -> Verdict {
    Comparison.judge(
      layer: Self.layer, output: Tensor(Self.layer.outputShape, values: output),
      truth: Truth(shape: Self.layer.outputShape, indices: indices, values: truth),
      bounds: ErrorBounds(
        guaranteed: truth.map { _ in guaranteed }, probabilistic: truth.map { _ in probabilistic }),
      exact: exact)
  }

  private static let right = truth.map(Float.init)

  /// The right output with one element replaced.
  private func output(_ value: Float, at index: Int) -> [Float] {
    var output = Self.right
    output[index] = value
    return output
  }

  @Test func `the truth itself is exact`() {
    let verdict = verdict(Self.right)
    #expect(verdict.status == .exact)
    #expect(verdict.elements == Self.count)
    #expect(verdict.maxRatio == 0)
    #expect(verdict.ulp == ULPStatistics(p50: 0, p99: 0, max: 0))
  }

  /// Every element is looked at: the first, the last and those between; and errors of either sign count.
  @Test(arguments: [0, 1, 211, count - 1], [-1, 1] as [Float])
  func `an error counts wherever it stands`(index: Int, sign: Float) {
    let right = Self.right[index]
    #expect(verdict(output(right + sign * 5e-5, at: index)).status == .passed)
    #expect(verdict(output(right + sign * 5e-4, at: index)).status == .marginal)
    let failed = verdict(output(right + sign * 5e-3, at: index))
    #expect(failed.status == .failed)
    #expect(failed.failures == 1)
    #expect(failed.firstFailure?.flatIndex == index)
    #expect(failed.firstFailure?.index == [0, index / 100, index / 10 % 10, index % 10])
    #expect(abs(failed.maxRatio - 5) < 0.01)
    #expect(failed.message.hasPrefix("1 of 400 elements"))
  }

  @Test(arguments: [Float.nan, -.nan, .signalingNaN, .infinity, -.infinity], [0, 399])
  func `NaN and infinity fail under any bound`(value: Float, index: Int) {
    for bound in [0, 1e-3, 1e30, Double.infinity] {
      let verdict = verdict(output(value, at: index), guaranteed: bound, probabilistic: bound)
      #expect(verdict.status == .failed)
      #expect(verdict.firstFailure?.flatIndex == index)
      #expect(verdict.maxRatio == .infinity)
    }
    #expect(verdict(output(value, at: index), exact: true).status == .failed)
  }

  @Test func `a truth past float32 rounds to infinity`() {
    var truth = Self.truth
    truth[3] = 1e39
    #expect(verdict(output(.infinity, at: 3), truth: truth).status == .exact)
    #expect(verdict(output(-.infinity, at: 3), truth: truth).status == .failed)
  }

  @Test func `exact means bit for bit, zeros being equal`() {
    var truth = Self.truth
    truth[5] = 0
    #expect(verdict(output(-0.0, at: 5), truth: truth, exact: true).status == .exact)
    #expect(verdict(output(.leastNonzeroMagnitude, at: 5), truth: truth, exact: true).status == .failed)
    #expect(verdict(output(Self.right[7].nextUp, at: 7), exact: true).status == .failed)
  }

  @Test func `a bound that is not a number passes nothing, one that is infinite is not trusted`() {
    #expect(verdict(output(1, at: 0), guaranteed: .nan, probabilistic: .nan).status == .failed)
    #expect(verdict(output(9, at: 0), guaranteed: -1, probabilistic: -1).status == .failed)
    #expect(verdict(Self.right, guaranteed: .infinity).status == .mistrusted)
  }

  @Test func `almost nothing but zeros cannot tell right from wrong`() {
    var zeros = [Double](repeating: 0, count: Self.count)
    #expect(verdict(zeros.map(Float.init), truth: zeros).status == .mistrusted)
    for index in 0..<3 { zeros[index] = 1 }
    #expect(verdict(zeros.map(Float.init), truth: zeros).status == .mistrusted)
    zeros[3] = 1
    #expect(verdict(zeros.map(Float.init), truth: zeros).status == .exact)
    let wrong = [Float](repeating: 1, count: Self.count)
    #expect(verdict(wrong, truth: [Double](repeating: 0, count: Self.count)).status == .failed)
  }

  @Test func `an answer of zeros fails`() {
    #expect(verdict([Float](repeating: 0, count: Self.count)).status == .failed)
  }

  @Test func `nothing compared is not trusted`() {
    #expect(verdict(Self.right, truth: [], indices: []).status == .mistrusted)
  }

  @Test func `samples are taken at their indices`() {
    let indices = [399, 0, 17]
    let truth = indices.map { Self.truth[$0] }
    #expect(verdict(Self.right, truth: truth, indices: indices).status == .exact)
    #expect(verdict(output(9, at: 17), truth: truth, indices: indices).firstFailure?.flatIndex == 17)
    #expect(verdict(output(9, at: 18), truth: truth, indices: indices).status == .exact)
  }

  @Test func `another shape or number of rows fails`() throws {
    let suppression = Suppression(
      scoreThreshold: 0.01, iouThreshold: 0.45, maxPerClass: 50, objectnessThreshold: 0.01)
    let layer = try Layer(
      name: "nms", operation: .nms(suppression),
      inputShapes: [Shape(trusted: [9, 4]), Shape(trusted: [9, 3]), Shape(trusted: [9])])
    let truth = Truth(shape: Shape(trusted: [2, 6]), values: [Double](repeating: 1, count: 12))
    let verdict = Comparison.judge(
      layer: layer, output: Tensor(Shape(trusted: [3, 6]), repeating: 1), truth: truth,
      bounds: .exact(count: 12), exact: false)
    #expect(verdict.status == .failed)
    #expect(verdict.message == "The output has 3 rows, but the truth has 2.")
  }

  @Test func `percentiles are those of the distances`() {
    var output = Self.right
    for index in 0..<5 { output[index] = output[index].nextUp }
    output[9] += 1e-3
    let statistics = verdict(output).ulp
    #expect(statistics.p50 == 0)
    #expect(statistics.p99 == 1)
    #expect(statistics.max == ULP.distance(output[9], Self.right[9]))
  }
}
