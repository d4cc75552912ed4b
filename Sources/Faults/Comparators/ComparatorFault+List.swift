import Accuracy
import Catalogue

extension ComparatorFault {
  /// Every faulty judge.
  package static let all: [ComparatorFault] = errors + bounds + coverage + decisions

  /// How far an element is off.
  private static let errors: [ComparatorFault] = [
    .init("absolute-missing", "The error keeps its sign.") {
      $0.error = { got, expected in
        got.isFinite ? Double(got) - expected : JudgeFormula.distance(got, expected)
      }
    },
    .init("nan-passes", "NaN is past no bound.") {
      $0.error = { abs(Double($0) - $1) }
      $0.isWrong = { error, bound, _ in error > bound }
    },
    .init("infinity-passes", "An infinite error counts as none.") {
      $0.isWrong = { error, bound, _ in error.isFinite && error > bound }
    },
    .init("infinities-alike", "Infinities of either sign are alike.") {
      $0.error = { got, expected in
        got.isInfinite && Float(expected).isInfinite ? 0 : JudgeFormula.distance(got, expected)
      }
    },
    .init("output-with-itself", "The output is held against itself.") {
      $0.expected = { Double($0.output.values[$0.truth.flatIndex($1)]) }
    },
    .init("truth-with-itself", "The truth is held against itself.") {
      $0.got = { Float($0.truth.values[$1]) }
    },
    .init("magnitudes-only", "Absolute values are compared.") {
      $0.error = { JudgeFormula.distance(abs($0), abs($1)) }
    },
    .init("error-squared", "The squared error is held against the bound.") {
      $0.error = { got, expected in
        let distance = JudgeFormula.distance(got, expected)
        return distance * distance
      }
    },
    .init("ulp-only", "Four ULP are allowed, whatever the sum.") {
      $0.isWrong = { error, _, expected in !(error <= 4 * Double(Float(abs(expected)).ulp)) }
    },
  ]

  /// How far it may be off.
  private static let bounds: [ComparatorFault] = [
    .init("bound-thousandfold", "The bound is a thousand times too wide.") { $0.scaleBound { _, _ in 1000 } },
    .init("bound-doubled", "u is 2⁻²³: the bound is twice too wide.") { $0.scaleBound { _, _ in 2 } },
    .init("bound-halved", "The bound is half as wide.") { $0.scaleBound { _, _ in 0.5 } },
    .init("bound-of-squared-length", "γ is taken of K² with u = 2⁻²³.") {
      $0.scaleBound { exhibit, _ in 2 * Double(max(exhibit.layer.reductionLength, 1)) }
    },
    .init("bound-of-the-sum", "The bound is γ·|Σwx| for γ·Σ|w||x|.") { judge in
      judge.scaleBound { exhibit, place in
        guard let magnitudes = exhibit.truth.magnitudes else { return 1 }
        return abs(exhibit.truth.values[place]) / magnitudes[place]
      }
    },
    .init("bound-of-next", "An element is held to the next one's bound.") {
      $0.bound = { exhibit, place in
        let bounds = exhibit.bounds.guaranteed
        return exhibit.isExact ? 0 : bounds[min(place + 1, bounds.count - 1)]
      }
    },
    .init("bound-of-first", "Every element is held to the first one's bound.") {
      $0.bound = { exhibit, _ in exhibit.isExact ? 0 : exhibit.bounds.guaranteed.first ?? 0 }
    },
    .init("bound-probabilistic", "What is past the probabilistic bound fails.") {
      $0.bound = { $0.isExact ? 0 : $0.bounds.probabilistic[$1] }
    },
    .init("bound-of-largest", "The tolerance is 1e-5 of the greatest value.") {
      $0.bound = { exhibit, _ in
        let largest = exhibit.truth.values.reduce(0) { max($0, abs($1)) }
        return 1e-5 * largest
      }
    },
    .init("bound-by-hand", "The tolerance is 1e-5 and 1.3e-6 of the value, as torch.testing has it.") {
      $0.bound = { exhibit, place in 1e-5 + 1.3e-6 * abs(exhibit.truth.values[place]) }
    },
    .init("bound-for-exact", "The demand for equality is ignored.") {
      $0.bound = { $0.bounds.guaranteed[$1] }
    },
    .init("bound-infinite-passes", "An infinite bound is trusted.") { $0.needsFiniteBounds = false },
    .init("divides-by-negative", "The error is divided by the expected value, sign and all.") {
      $0.isWrong = { error, _, expected in error / expected > 1e-4 }
    },
  ]

  /// Which elements are looked at.
  private static let coverage: [ComparatorFault] = [
    .init("first-element-only", "Only the first element is looked at.") {
      $0.places = { Array($0.truth.values.indices.prefix(1)) }
    },
    .init("last-chunk-ignored", "What is left after whole chunks of 64 elements is not looked at.") {
      $0.places = { Array($0.truth.values.indices.prefix($0.truth.values.count / 64 * 64)) }
    },
    .init("first-element-skipped", "The first element is not looked at.") {
      $0.places = { Array($0.truth.values.indices.dropFirst()) }
    },
    .init("every-other-element", "Every other element is skipped.") {
      $0.places = { Array(stride(from: 1, to: $0.truth.values.count, by: 2)) }
    },
    .init("zeros-skipped", "Elements whose truth is 0 are skipped.") {
      $0.places = { exhibit in exhibit.truth.values.indices.filter { exhibit.truth.values[$0] != 0 } }
    },
    .init("finite-only", "Elements that are not finite are skipped.") {
      $0.places = { exhibit in
        exhibit.truth.values.indices.filter { exhibit.output.values[exhibit.truth.flatIndex($0)].isFinite }
      }
    },
    .init("sample-indices-ignored", "A sample's values are held against the output's first elements.") {
      $0.got = { $0.output.values[$1] }
    },
    .init("sample-index-off-by-one", "A sample's indices are taken one too high.") {
      $0.got = { $0.output.values[min($0.truth.flatIndex($1) + 1, $0.output.values.count - 1)] }
    },
    .init("shape-ignored", "Another shape of as many elements passes.") { $0.comparesShapes = false },
    .init("missing-bounds-ignored", "Elements without a bound are skipped.") { $0.countsBounds = false },
  ]

  /// What follows from the elements.
  private static let decisions: [ComparatorFault] = [
    .init("all-for-any", "An output fails only if every element is wrong.") {
      $0.isAnyWrong = { !$0.isEmpty && $0.allSatisfy { $0 } }
    },
    .init("one-percent-may-fail", "One element in a hundred may be wrong.") {
      $0.isAnyWrong = { $0.filter { $0 }.count * 100 > $0.count }
    },
    .init("last-element-decides", "The last element's result overwrites the others'.") {
      $0.isAnyWrong = { $0.last ?? false }
    },
    .init("ratio-inverted", "Bound is divided by error.") {
      $0.isWrong = { error, bound, _ in bound > error }
    },
    .init("equality-fails", "An error that equals the bound fails, 0 included.") {
      $0.isWrong = { error, bound, _ in !(error < bound) }
    },
    .init("always-good", "Nothing fails.") { judge in
      judge.isAnyWrong = { _ in false }
    },
    .init("always-failed", "Everything fails.") { judge in
      judge.isAnyWrong = { _ in true }
    },
    .init("result-inverted", "Good and failed are swapped.") { $0.isAnyWrong = { !$0.contains(true) } },
    .init("zeros-trusted", "A truth of zeros is trusted.") { $0.leastNonZeroShare = 0 },
    .init("nothing-trusted", "A comparison of nothing passes.") { $0.trustsNothing = true },
  ]
}
