import Accuracy
import Testing

@Suite struct RoundingFactorTests {
  private let u = Float32Arithmetic.unitRoundoff

  @Test func `gamma is n u over one minus n u`() {
    #expect(RoundingFactor.guaranteed(0) == 0)
    #expect(RoundingFactor.guaranteed(1) == u / (1 - u))
    #expect(RoundingFactor.guaranteed(9216) == 9216 * u / (1 - 9216 * u))
    #expect(RoundingFactor.guaranteed(1 << 24) == .infinity)
  }

  @Test(arguments: [0, 1, 2, 10, 48, 49, 50, 51, 64, 576, 9217, 1 << 20, 1 << 25])
  func `the probabilistic factor never exceeds the guaranteed one`(height: Int) {
    #expect(RoundingFactor.probabilistic(height) <= RoundingFactor.guaranteed(height))
  }

  @Test func `the probabilistic factor grows with the root of the height`() {
    #expect(RoundingFactor.probabilistic(10) == RoundingFactor.guaranteed(10))
    let ratio = RoundingFactor.probabilistic(9216) / (7 * 96 * u)
    #expect(abs(ratio - 1) < 1e-4)
  }
}

@Suite struct ULPTests {
  @Test(
    arguments: [
      (1, Float(1).nextUp, 1), (1, Float(1).nextDown, 1), (0, -0.0, 0),
      (Float.leastNonzeroMagnitude, -Float.leastNonzeroMagnitude, 2),
      (.greatestFiniteMagnitude, .infinity, 1),
      (1, 2, 1 << 23), (.infinity, .infinity, 0), (.nan, .nan, 0), (.nan, 1, ULP.farthest),
      (1, .nan, ULP.farthest),
    ] as [(Float, Float, Int)])
  func `counts the steps between neighbours`(left: Float, right: Float, steps: Int) {
    #expect(ULP.distance(left, right) == steps)
  }

  @Test func `nothing is farther than NaN`() {
    #expect(ULP.distance(-.infinity, .infinity) < ULP.farthest)
  }
}

@Suite struct StatusTests {
  @Test func `only exact, passed and marginal are good`() {
    #expect(Status.allCases.filter(\.isGood) == [.exact, .passed, .marginal])
    #expect(Status.allCases.map(\.rawValue).contains("unimplemented"))
  }
}
