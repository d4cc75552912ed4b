import Foundation

/// How much a core's own cache holds: what the sizes of chunks are chosen by. They decide in which order sums are
/// computed, never how one is.
enum CacheSize {
  /// Bytes of the second-level cache; 512 KiB, which few cores have less than, where the system does not tell.
  static let secondLevel: Int = {
    #if canImport(Glibc)
      let bytes = sysconf(Int32(_SC_LEVEL2_CACHE_SIZE))
      if bytes > 0 { return bytes }
    #endif
    return 512 << 10
  }()
}
