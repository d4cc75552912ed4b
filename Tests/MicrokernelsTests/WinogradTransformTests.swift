import Backends
import Microkernels
import Testing

/// The compiled transforms against the matrices that define them, each buffer between pages that nothing may touch.
@Suite("Every Winograd transform of every instruction set") struct WinogradTransformTests {
  @Test("takes patches to their points", arguments: WinogradTransform.all, Fence.allCases)
  func input(transform: WinogradTransform, fence: Fence) {
    for kernels in Kernels.all {
      for (blocks, step) in [(1, 1), (2, 1), (3, 2), (1, 6)] {
        let ratio = WinogradTile(transform: transform, blocks: blocks, step: step)
          .worstInputRatio(kernels.table, fence)
        #expect(ratio <= 1, "\(kernels.set), \(blocks) blocks, step \(step): \(ratio)")
      }
    }
  }

  @Test("takes sums to finished outputs", arguments: WinogradTransform.all, Fence.allCases)
  func sums(transform: WinogradTransform, fence: Fence) {
    for kernels in Kernels.all {
      for (blocks, step) in [(1, 1), (2, 1), (3, 2), (4, 6)] {
        for relu in [false, true] {
          let ratio = WinogradTile(transform: transform, blocks: blocks, step: step)
            .worstOutputRatio(kernels.table, fence, relu: relu)
          #expect(ratio <= 1, "\(kernels.set), \(blocks) blocks, step \(step), ReLU \(relu): \(ratio)")
        }
      }
    }
  }

  @Test("pools finished outputs", arguments: WinogradTransform.all, Fence.allCases)
  func pooled(transform: WinogradTransform, fence: Fence) {
    for kernels in Kernels.all {
      for blocks in [1, 2, 4] {
        let tile = WinogradTile(transform: transform, blocks: blocks, step: 1)
        #expect(tile.poolsExactly(kernels.table, fence), "\(kernels.set), \(blocks) blocks")
      }
    }
  }
}
