/// Work cut into tasks for ``WorkerPool``, whose workers each begin with a share of neighbouring tasks and help the others
/// then.
///
/// A share's tasks get smaller towards its end. Cores seldom are equally fast: efficient ones stand beside others, a virtual
/// one shares its core with a stranger's or has to wait for it. With a few tasks of one size, two shares are done when the
/// slow core has done its own; with ever smaller ones, the quick core takes over what is left.
package enum Shares {
  /// The tasks of `count` units, as many for each of `workers`, in its order. A task may be empty. For a worker alone all
  /// have one size.
  ///
  /// - Parameters:
  ///   - most: units of a task at the most.
  ///   - least: units that a task should have, to be worth its while.
  package static func cut(_ count: Int, among workers: Int, most: Int, least: Int = 1) -> [Range<Int>] {
    let sizes = pieces(
      of: (count + workers - 1) / workers, most: most, least: workers == 1 ? most : least)
    return (0..<workers).flatMap { worker in
      ranges(from: count * worker / workers, to: count * (worker + 1) / workers, sizes)
    }
  }

  /// The tasks of `count` units, ever smaller.
  package static func falling(_ count: Int, most: Int, least: Int) -> [Range<Int>] {
    ranges(from: 0, to: count, pieces(of: count, most: most, least: least))
  }

  private static func ranges(from first: Int, to end: Int, _ sizes: [Int]) -> [Range<Int>] {
    var start = first
    return sizes.map { size in
      defer { start = min(start + size, end) }
      return start..<min(start + size, end)
    }
  }

  /// Half of what is left at a time, as far as the limits allow.
  private static func pieces(of count: Int, most: Int, least: Int) -> [Int] {
    var sizes: [Int] = []
    var left = count
    while left > 0 {
      let half = min(most, max(least, (left + 1) / 2))
      let size = left <= most && left < half + least ? left : half
      sizes.append(size)
      left -= size
    }
    return sizes
  }
}
