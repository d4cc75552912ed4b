/// How often a gate may be wrong, and how that is spent on two stages.
///
/// Stage 1 screens every comparison at ``screening`` on each side; what it flags is measured afresh, and only what the
/// new blocks alone show again at ``confirmation`` is a verdict. The stages share no data, so a comparison in which
/// nothing changed is called slower with probability at most screening × confirmation, and any of `comparisons` with
/// probability at most that times their number (Bonferroni), whatever they have in common.
package struct ErrorBudget: Sendable, Hashable, Codable {
  /// Layers × backends, and one more for each backend's whole network.
  package let comparisons: Int
  /// The probability that a suite in which nothing changed is red.
  package let family: Double
  /// The probability that one comparison in which nothing changed is called slower; half of what the project promises
  /// (1 in 5000).
  package let single: Double
  /// On each side of stage 1.
  package let screening: Double
  /// On each side of the interval that must lie within ±``margin`` for SAME: the two one-sided tests (Schuirmann 1987) at
  /// half of the promised 5 %.
  package let equivalence: Double
  /// The relative change that counts as none.
  package let margin: Double

  package init(
    comparisons: Int, family: Double = 0.01, single: Double = 1.0 / 10_000, screening: Double = 0.01,
    equivalence: Double = 0.025, margin: Double = 0.02
  ) {
    self.comparisons = max(comparisons, 1)
    self.family = family
    self.single = single
    self.screening = screening
    self.equivalence = equivalence
    self.margin = margin
  }

  /// On each side of stage 2.
  package var confirmation: Double { min(single, family / Double(comparisons)) / screening }

  /// On each side, where one stage must do: the product of the two.
  package var unstaged: Double { screening * confirmation }

  /// Below so many blocks stage 1 could not flag anything, however slow.
  package var leastScreeningBlocks: Int { SignedRank.leastCount(alpha: screening) }

  /// Below so many blocks stage 2 could not confirm anything.
  package var leastConfirmingBlocks: Int { SignedRank.leastCount(alpha: confirmation) }
}
