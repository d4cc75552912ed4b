import Microkernels

/// The ways through the tiles of a GEMM, noted for each of its micro-kernels.
struct TileCoverage: Sendable {
  /// The lists of one micro-kernel.
  private struct Lists: Sendable {
    let kernel: String
    let pixels: PathList
    let channels: PathList
    let blocks: PathList
  }

  private let lists: [Lists]

  init(_ table: KernelTable, _ coverage: KernelCoverage) {
    lists = table.gemms.map { kernel in
      Lists(
        kernel: kernel.name,
        pixels: coverage.list(kernel.name, ["whole tiles of pixels", "last tile filled up with pixels"]),
        channels: coverage.list(kernel.name, ["whole panel of channels", "panel filled up with channels"]),
        blocks: coverage.list(
          kernel.name, ["one block of taps", "equal blocks of taps", "last block of taps shorter"]))
    }
  }

  /// Notes one call of ``TileGrid/finish(panel:group:pixels:sums:_:)``.
  func note(_ kernel: GemmKernel, pixels: Int, channels: Int, taps: Int, tapsPerBlock: Int) {
    guard let lists = lists.first(where: { $0.kernel == kernel.name }) else { return }
    lists.pixels.note(pixels % kernel.rows == 0 ? 0 : 1)
    lists.channels.note(channels < kernel.columns ? 1 : 0)
    lists.blocks.note(taps <= tapsPerBlock ? 0 : taps % tapsPerBlock == 0 ? 1 : 2)
  }
}
