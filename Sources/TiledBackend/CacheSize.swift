import Foundation

/// How much a core's own cache holds: what the sizes of chunks are chosen by. They decide in which order sums are
/// computed, never how one is.
enum CacheSize {
  /// Bytes of a panel's weights that all tiles of a chunk meet in turn: two thirds of the first-level data cache, so
  /// that rows and sums pass beside them, and no more than 32 KiB, by when sums are read again seldom enough. A cache is
  /// taken to have 32 KiB where the system does not tell.
  static let panel: Int = {
    var bytes = 0
    #if canImport(Glibc)
      bytes = sysconf(Int32(_SC_LEVEL1_DCACHE_SIZE))
    #endif
    return min((bytes > 0 ? bytes : 32 << 10) * 2 / 3, 32 << 10)
  }()

  /// Bytes of the second-level cache; 512 KiB, which few cores have less than, where the system does not tell.
  static let secondLevel: Int = {
    #if canImport(Glibc)
      let bytes = sysconf(Int32(_SC_LEVEL2_CACHE_SIZE))
      if bytes > 0 { return bytes }
    #endif
    return 512 << 10
  }()
}
