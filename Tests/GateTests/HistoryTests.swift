import Foundation
import Testing

@testable import Gate

@Suite("Steps and creep in a series")
struct SeriesTests {
  /// Log-normal noise about the levels.
  private func series(_ levels: [Double], noise: Double, seed: UInt64) -> [Double] {
    var generator = SeededGenerator(seed: seed)
    return levels.map { level in
      let normal = (0..<12).reduce(-6.0) { sum, _ in sum + Double.random(in: 0..<1, using: &generator) }
      return level * exp(noise * normal)
    }
  }

  private func flat(_ count: Int, _ level: Double = 1000) -> [Double] {
    Array(repeating: level, count: count)
  }

  @Test func aStepIsFoundWhereItIs() throws {
    for seed in 0..<20 {
      let points = Steps.changePoints(series(flat(30) + flat(20, 1050), noise: 0.01, seed: UInt64(seed)))
      #expect(points.count == 1)
      let point = try #require(points.first)
      #expect(abs(point.index - 30) <= 1 && abs(point.ratio - 1.05) < 0.012)
    }
  }

  @Test func severalStepsAreFound() {
    let values = series(flat(20) + flat(15, 900) + flat(25, 1000) + flat(10, 1200), noise: 0.01, seed: 3)
    let points = Steps.changePoints(values)
    #expect(points.count == 3)
    #expect(zip(points, [20, 35, 60]).allSatisfy { abs($0.index - $1) <= 1 })
  }

  @Test(arguments: [1, 2])
  func aSpikeIsNone(length: Int) {
    let values = series(flat(20) + flat(length, 3000) + flat(20), noise: 0.01, seed: 4)
    #expect(Steps.changePoints(values).isEmpty)
    #expect(Creep(values) == nil)
    #expect(Steps.changePoints(series(flat(20) + flat(1, 3000), noise: 0.01, seed: 4)).isEmpty)
  }

  @Test func whiteNoiseHasNoStepAndNoCreep() {
    var steps = 0
    var creeps = 0
    for seed in 0..<200 {
      let values = series(flat(50 + seed % 150), noise: 0.03, seed: UInt64(seed + 100))
      steps += Steps.changePoints(values).isEmpty ? 0 : 1
      creeps += Creep(values) == nil ? 0 : 1
    }
    #expect(steps <= 4, "\(steps)")
    #expect(creeps <= 4, "\(creeps)")
  }

  @Test func shortAndConstantSeriesAreQuiet() {
    #expect(Steps.changePoints([1, 2, 3]).isEmpty && Creep([1, 2, 3]) == nil)
    #expect(Steps.changePoints(flat(40)).isEmpty && Creep(flat(40)) == nil)
    #expect(Steps.changePoints(flat(10) + flat(10, 1010)).isEmpty, "below what is told")
  }

  /// Ten commits of +0.8 % each, three runs of every commit: found before 6 % have accumulated.
  @Test(arguments: [0.003, 0.006])
  func creepIsFoundInTime(noise: Double) throws {
    for seed in 0..<20 {
      var levels = flat(15)
      for step in 1...10 { levels += flat(3, 1000 * pow(1.008, Double(step))) }
      let values = series(levels, noise: noise, seed: UInt64(seed))
      let found = (10...values.count).first { Creep(Array(values[..<$0])) != nil }
      let end = try #require(found)
      #expect(levels[end - 1] / 1000 < 1.06, "found at \(levels[end - 1] / 1000) with noise \(noise)")
      #expect(levels[end - 1] > 1000, "a false alarm")
    }
  }
}
