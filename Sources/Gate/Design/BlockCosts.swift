/// What blocks cost, and how far a stage's time reaches.
package struct BlockCosts: Sendable, Hashable {
  /// Seconds of a block, whatever is timed in it.
  package let fixed: Double
  /// Seconds more for each subject that is.
  package let subjects: [Double]
  /// Seconds of the stage.
  package let limit: Double

  package init(fixed: Double, subjects: [Double], limit: Double) {
    self.fixed = fixed
    self.subjects = subjects
    self.limit = limit
  }

  /// No time passes.
  package static func free(subjects: Int) -> BlockCosts {
    BlockCosts(fixed: 0, subjects: [Double](repeating: 0, count: subjects), limit: .infinity)
  }

  /// Seconds of a block in which these subjects are timed.
  package func seconds(of subjects: some Sequence<Int>) -> Double {
    subjects.reduce(fixed) { $0 + self.subjects[$1] }
  }

  /// The blocks that each comparison gets where each takes part until it has what it needs, or the time is over.
  ///
  /// - Parameters:
  ///   - needed: by comparison.
  ///   - groups: the subjects of each.
  ///   - taken: blocks of all of them that there are already.
  ///   - spent: the seconds that those took.
  /// - Returns: the blocks, and the seconds from the stage's beginning to its end.
  package func blocks(
    needed: [Int], groups: [[Int]], taken: Int, spent: Double
  ) -> (counts: [Int], seconds: Double) {
    var counts = [Int](repeating: taken, count: needed.count)
    var seconds = spent
    while seconds < limit {
      let open = needed.indices.filter { counts[$0] < needed[$0] }
      guard !open.isEmpty else { break }
      let timed = Set(open.flatMap { groups[$0] })
      for comparison in needed.indices where timed.isSuperset(of: groups[comparison]) {
        counts[comparison] += 1
      }
      seconds += self.seconds(of: timed)
    }
    return (counts, seconds)
  }
}
