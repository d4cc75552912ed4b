import Microkernels
import Testing

/// Every packed kernel of every table, each buffer between pages that nothing may touch.
@Suite("Every packed GEMM kernel of every instruction set") struct PackedGemmTests {
  /// Whole and broken chains, and one that holds everything.
  private static let chains = [1, 2, 3, 4, 5, 100]

  @Test("multiplies a tile within γ of its chains", arguments: Fence.allCases, [1, 2, 3, 4, 5, 8, 9])
  func multiply(fence: Fence, blocks: Int) {
    for kernels in Kernels.all {
      for kernel in kernels.table.packedGemms {
        for chain in Self.chains {
          let product = PackedProduct(kernel, blocks: blocks, blocksPerChain: chain)
          let ratio = product.worstRatio(fence, fuses: kernels.table.fuses)
          #expect(ratio <= 1, "\(kernel.name), \(blocks) blocks in chains of \(chain): \(ratio)")
        }
      }
    }
  }

  /// At most 9·16 products of 8·8: below 2²⁴.
  @Test("is exact on small integers", arguments: Fence.allCases, [1, 4, 9])
  func whole(fence: Fence, blocks: Int) {
    for kernels in Kernels.all {
      for kernel in kernels.table.packedGemms {
        for chain in Self.chains {
          let product = PackedProduct(kernel, blocks: blocks, blocksPerChain: chain, whole: true)
          #expect(product.isExact(fence), "\(kernel.name), \(blocks) blocks in chains of \(chain)")
        }
      }
    }
  }

  @Test("fits the blocks that plans are cut into")
  func sizes() {
    for kernels in Kernels.all {
      #expect(!kernels.table.packedGemms.isEmpty)
      for kernel in kernels.table.packedGemms {
        #expect(kernel.columns >= PackedTile.depth && kernel.columns % PackedTile.depth == 0)
        #expect(kernel.name.hasPrefix("packed_sgemm_\(kernel.rows)x\(kernel.columns)_"))
      }
    }
  }
}
