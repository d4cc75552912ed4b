import Testing

/// Asks the best kernels for seventeen elements of memory that may have fewer.
private func runReLU(input: Int, output: Int, fence: Fence, from first: Int = 0) {
  let x = Fenced(numbers(input, stream: 0), fence: fence)
  let y = Fenced<Float>(count: output, fence: fence)
  Kernels.all[0].table.relu(.init(x.start + first), y.start + first, 17)
}

@Suite("A fence") struct FenceTests {
  @Test("lets through what stays within")
  func within() async {
    await #expect(processExitsWith: .success) { runReLU(input: 17, output: 17, fence: .after) }
    await #expect(processExitsWith: .success) { runReLU(input: 17, output: 17, fence: .before) }
  }

  @Test("ends the process at one element read too far")
  func read() async {
    await #expect(processExitsWith: .failure) { runReLU(input: 16, output: 17, fence: .after) }
  }

  @Test("ends the process at one element written too far")
  func written() async {
    await #expect(processExitsWith: .failure) { runReLU(input: 17, output: 16, fence: .after) }
  }

  @Test("ends the process at one element before the first")
  func before() async {
    await #expect(processExitsWith: .failure) {
      runReLU(input: 17, output: 17, fence: .before, from: -1)
    }
  }

  @Test("shows one element written into the slack", arguments: Fence.allCases)
  func slack(fence: Fence) {
    let memory = Fenced(numbers(5, stream: 0), fence: fence)
    #expect(memory.isSlackUntouched)
    memory.start[fence == .after ? -1 : 5] = 0
    #expect(!memory.isSlackUntouched)
  }
}
