import Catalogue
import Tensors

extension Fault {
  /// The final filtering.
  static let suppression: [Fault] = [
    nms("nms-without-plus-one", "A box from x1 to x2 is x2 − x1 wide.") { $0.extent = 0 },
    nms("nms-overlap-inclusive", "An overlap that equals the threshold suppresses.") {
      $0.suppresses = { $0 >= $1 }
    },
    nms("nms-overlap-ignored", "Nothing is suppressed.") { $0.suppresses = { _, _ in false } },
    nms("nms-overlap-threshold-halved", "Half the threshold suppresses.") { $0.suppresses = { $0 > $1 / 2 } },
    nms("nms-overlap-of-kept", "The shared area is divided by the kept box's.") {
      $0.overlap = { shared, kept, _ in shared / kept }
    },
    nms("nms-overlap-of-smaller", "The shared area is divided by the smaller box's.") {
      $0.overlap = { $0 / min($1, $2) }
    },
    nms("nms-overlap-of-sum", "The shared area is counted twice in the union.") {
      $0.overlap = { $0 / ($1 + $2) }
    },
    nms("nms-background-included", "Class 0 is filtered like the others.") { $0.firstClass = 0 },
    nms("nms-first-class-skipped", "Class 1 is left out.") { $0.firstClass = 2 },
    nms("nms-label-zero-based", "Labels begin at 0.") { $0.label = { Float($0 - 1) } },
    nms("nms-one-more-per-class", "One box too many is kept per class.") { $0.suppression.maxPerClass += 1 },
    nms("nms-one-less-per-class", "One box too few is kept per class.") { $0.suppression.maxPerClass -= 1 },
    nms("nms-limit-before-suppression", "The limit counts candidates before suppression.") {
      $0.limitsCandidates = true
    },
    nms("nms-not-sorted", "Candidates are taken in the order of their numbers.") {
      $0.precedes = { $0.1 < $1.1 }
    },
    nms("nms-ascending", "The lowest score comes first.") {
      $0.precedes = { $0.0 < $1.0 || ($0.0 == $1.0 && $0.1 < $1.1) }
    },
    nms("nms-later-of-equals", "Of equal scores the higher number comes first.") {
      $0.precedes = { $0.0 > $1.0 || ($0.0 == $1.0 && $0.1 > $1.1) }
    },
    nms("nms-score-inclusive", "A score that equals its threshold passes.") { $0.isCandidate = { $0 >= $1 } },
    nms("nms-score-threshold-ignored", "Every score above 0 passes.") {
      $0.isCandidate = { score, _ in score > 0 }
    },
    nms("nms-objectness-ignored", "The objectness threshold is ignored.") { $0.isObject = { _, _ in true } },
    nms("nms-objectness-inclusive", "An objectness that equals its threshold passes.") {
      $0.isObject = { $0 >= $1 }
    },
    nms("nms-objectness-inverted", "Anchors without an object pass.") { $0.isObject = { $0 <= $1 } },
    nms("nms-objectness-multiplied", "Scores are multiplied by objectness.") { $0.score = { $0 * $1 } },
    nms("nms-suppressed-suppress", "A suppressed box still suppresses others.") {
      $0.suppressedSuppress = true
    },
    nms("nms-across-classes", "A class's boxes suppress the next one's.") { $0.isAcrossClasses = true },
    Fault(
      "nms-score-before-class", [.nms], "Score and class are swapped in a row.",
      .output { rows($0) { [$0[1], $0[0]] + $0[2...] } }),
    Fault(
      "nms-axes-swapped", [.nms], "Corners are written as y, x.",
      .output { rows($0) { [$0[0], $0[1], $0[3], $0[2], $0[5], $0[4]] } }),
    Fault(
      "nms-last-row-lost", [.nms], "The last detection is lost.",
      .output { output in
        Tensor(
          Shape(trusted: [max(output.shape[0] - 1, 0), 6]), values: Array(output.values.dropLast(6)))
      }),
    Fault(
      "nms-classes-descending", [.nms], "Detections are written in reverse.",
      .output { output in
        let rows = (0..<output.shape[0]).reversed().flatMap { output.values[(6 * $0)..<(6 * $0 + 6)] }
        return Tensor(output.shape, values: rows)
      }),
  ]

  /// Every detection rewritten.
  private static func rows(_ output: Tensor<Float>, _ change: ([Float]) -> [Float]) -> Tensor<Float> {
    Tensor(
      output.shape,
      values: (0..<output.shape[0]).flatMap { change(Array(output.values[(6 * $0)..<(6 * $0 + 6)])) })
  }

  private static func nms(
    _ id: String, _ sentence: String, _ edit: @escaping @Sendable (inout SuppressionFormula) -> Void
  ) -> Fault {
    Fault(id, [.nms], sentence, .edited(SuppressionFormula.self, edit))
  }
}
