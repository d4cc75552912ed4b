import CCPU
import Foundation

/// How much a core's own cache holds: what the sizes of chunks are chosen by. They decide in which order sums are
/// computed, never how one is.
enum CacheSize {
  /// Bytes of a panel's weights that all tiles of a chunk meet in turn: half of the first-level data cache, so that rows and
  /// sums pass beside them, and no more than 16 KiB: a core that is one of two on the same silicon has half the cache that
  /// the system tells of, and with 32 KiB deep products took up to a tenth longer. A cache is taken to have 32 KiB where
  /// the system does not tell.
  static let panel: Int = {
    var bytes = 0
    #if canImport(Glibc)
      bytes = sysconf(Int32(_SC_LEVEL1_DCACHE_SIZE))
    #endif
    return min((bytes > 0 ? bytes : 32 << 10) / 2, 16 << 10)
  }()

  /// Bytes of the second-level cache; 512 KiB, which few cores have less than, where the system does not tell.
  static let secondLevel: Int = {
    #if canImport(Glibc)
      let bytes = sysconf(Int32(_SC_LEVEL2_CACHE_SIZE))
      if bytes > 0 { return bytes }
    #endif
    return 512 << 10
  }()

  /// From how many bytes on a layer's values are written past the caches, for so many threads: more than their second-level
  /// caches hold. What they share further out is seldom twice as fast as memory, and a line in it is read before it is
  /// written. On Zen, though, it is six times as fast: norms, products and modulations of 3 to 10 MB took 2 to 3 times as
  /// long past it, convolutions with outputs of 13 MB 1.03 times as long into it. Three eighths of it can be counted on;
  /// the other cores have lines there too.
  static func streaming(threads: Int) -> Int {
    max(threads * secondLevel + 1, efgr_complex_cache_bytes() * 3 / 8)
  }
}
