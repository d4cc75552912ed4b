import Microkernels
import Testing

@Suite("Every loop of every instruction set") struct LoopTests {
  @Test("reads and writes its elements alone, and computes its formula", arguments: LoopCase.all)
  func bounded(_ loop: LoopCase) {
    for kernels in Kernels.all {
      for count in kernels.lengths {
        let results = Fence.allCases.map { run(loop, kernels.table, count, $0) }
        let inputs = values(loop, count).map { $0.map(Double.init) }
        for (place, result) in results[0].enumerated() {
          let truth = loop.truth(inputs, place)
          #expect(
            abs(Double(result) - truth.value) <= truth.bound, "\(kernels.set), element \(place) of \(count)")
        }
        #expect(bits(results[0]) == bits(results[1]), "\(kernels.set), \(count) elements, fences")
      }
    }
  }

  /// Each loop at every offset of its inputs and of its output from a cache line.
  @Test("gives the same bits at any alignment", arguments: LoopCase.all)
  func aligned(_ loop: LoopCase) {
    for kernels in Kernels.all {
      let count = 5 * kernels.table.lanes + 3
      let inputs = values(loop, count)
      let expected = bits(run(loop, kernels.table, count, .before))
      for shift in 0..<16 {
        for target in 0..<16 {
          let shifted = inputs.map { Fenced([Float](repeating: .nan, count: shift) + $0, fence: .before) }
          let output = Fenced<Float>(count: target + count, fence: .before)
          loop.run(kernels.table, shifted.map { .init($0.start + shift) }, output.start + target, count)
          #expect(
            bits(Array(output.values.dropFirst(target))) == expected, "\(kernels.set) \(shift) \(target)")
        }
      }
    }
  }

  private func values(_ loop: LoopCase, _ count: Int) -> [[Float]] {
    loop.inputCounts(count).enumerated().map { numbers($1, stream: $0) }
  }

  private func run(_ loop: LoopCase, _ table: KernelTable, _ count: Int, _ fence: Fence) -> [Float] {
    let inputs = values(loop, count).map { Fenced($0, fence: fence) }
    let output = Fenced<Float>(count: count, fence: fence)
    loop.run(table, inputs.map { .init($0.start) }, output.start, count)
    #expect(output.isSlackUntouched)
    return output.values
  }
}
