import Microkernels
import Testing

/// Every packed kernel of every table, each buffer between pages that nothing may touch.
@Suite("Every packed GEMM kernel of every instruction set") struct PackedGemmTests {
  /// Whole and broken chains, and one that holds everything.
  private static let chains = [1, 2, 3, 4, 5, 100]

  @Test("multiplies a strip within γ of its chains", arguments: Fence.allCases, [1, 2, 3, 4, 5, 8, 9])
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

  /// Where tiles are few, each asks for a line a step, and some lines are left out. Where they are many, none asks for
  /// more than a line every fourth step: spread over the time that a panel takes.
  @Test("asks for every line of the next panel, evenly, and hardly any twice", arguments: [1, 4, 8])
  func lookahead(blocks: Int) {
    let (lineBytes, steps) = (64, blocks * PackedStrip.depth)
    for kernel in Kernels.all.flatMap(\.table.packedGemms) {
      let bytes = steps * kernel.columns * MemoryLayout<Float>.stride
      let lines = bytes / lineBytes
      for tiles in 1...100 {
        var lookahead = PanelLookahead(columns: kernel.columns, tiles: tiles)
        #expect(!lookahead.isDense || tiles * steps / 4 < lines, "\(kernel.name), \(tiles) tiles")
        var (place, asked): (Int, [Int]) = (0, [])
        for _ in 0..<tiles {
          let step = lookahead.takeTurn(left: bytes - place)
          guard step > 0 else { continue }
          for _ in 0..<(blocks * lookahead.asksPerBlock) {
            asked.append(place / lineBytes)
            place += step
          }
        }
        let expected = 0..<min(lines, tiles * steps)
        #expect(Set(asked).isSuperset(of: expected), "\(kernel.name), \(tiles) tiles")
        #expect(asked.count <= 2 * lines + steps, "\(kernel.name), \(tiles) tiles")
      }
    }
  }

  @Test("fits the blocks that plans are cut into")
  func sizes() {
    for kernels in Kernels.all {
      #expect(!kernels.table.packedGemms.isEmpty)
      for kernel in kernels.table.packedGemms {
        #expect(kernel.columns >= PackedStrip.depth && kernel.columns % PackedStrip.depth == 0)
        #expect(kernel.name.hasPrefix("packed_sgemm_\(kernel.rows)x\(kernel.columns)_"))
      }
    }
  }
}
