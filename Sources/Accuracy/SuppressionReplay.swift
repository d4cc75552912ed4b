import Catalogue
import Tensors

/// Follows the rows that an `nms` gave through the greedy process that must have made them.
///
/// The process is a chain of decisions: each candidate, in descending order of score, is suppressed where its overlap
/// with a box kept before it exceeds the threshold. Scores and objectness are copies of the inputs and are held
/// against their thresholds exactly, so candidates and their order are the same in every arithmetic. Overlaps are
/// computed, so a decision may fall the other way where the exact overlap is within its error bound of the threshold
/// (see ``PixelBox/overlap(with:)``), and only there. What comes after such a flip differs for good reason: each
/// decision is therefore weighed against the boxes that the output itself has kept so far, not against the truth's.
struct SuppressionReplay {
  /// A decision that fell otherwise than in exact arithmetic: |overlap − threshold|, and that over its bound.
  struct Flip {
    let margin: Double
    let ratio: Double
  }

  /// The output explained, or the first thing about it that no arithmetic explains.
  enum Finding {
    case explained([Flip])
    case unexplained(String)
  }

  private let suppression: Suppression
  private let boxes: [Float]
  private let scores: Tensor<Float>
  private let objectness: [Float]
  /// How far the threshold itself is off when it is rounded to float32.
  private let thresholdError: Double

  /// - Parameter inputs: boxes [P,4], class scores [P,classes] and objectness [P].
  init(_ suppression: Suppression, inputs: [Tensor<Float>]) {
    self.suppression = suppression
    boxes = inputs[0].values
    scores = inputs[1]
    objectness = inputs[2].values
    thresholdError = Bounded.rounded(constant: suppression.iouThreshold).error
  }

  /// One row of the output.
  private struct Row: Equatable {
    let label: Float
    let score: Float
    let box: PixelBox

    init(_ values: [Float], row: Int) {
      label = values[6 * row]
      score = values[6 * row + 1]
      box = PixelBox(Array(values[(6 * row + 2)..<(6 * row + 6)]), row: 0)
    }

    init(label: Int, score: Float, box: PixelBox) {
      self.label = Float(label)
      self.score = score
      self.box = box
    }
  }

  /// Replays the rows [K,6] of an output. O(classes·(P log P + P·kept)).
  func follow(_ output: Tensor<Float>) -> Finding {
    var rows = (0..<output.shape[0]).map { Row(output.values, row: $0) }[...]
    var flips: [Flip] = []
    for label in 1..<max(scores.shape[1], 1) {
      if let fault = follow(label, &rows, &flips) { return .unexplained("In class \(label) \(fault).") }
    }
    guard let row = rows.first else { return .explained(flips) }
    return .unexplained(
      "Row \(output.shape[0] - rows.count), of class \(row.label), is no candidate or stands out of order.")
  }

  /// Takes the rows of one class from the front of `rows`.
  ///
  /// - Returns: what no arithmetic explains, as a clause.
  private func follow(_ label: Int, _ rows: inout ArraySlice<Row>, _ flips: inout [Flip]) -> String? {
    var kept: [PixelBox] = []
    for (anchor, score) in candidates(of: label) where kept.count < suppression.maxPerClass {
      let box = PixelBox(boxes, row: anchor)
      let isKept = rows.first == Row(label: label, score: score, box: box)
      let overlaps = kept.map { Overlap(box.overlap(with: $0), suppression.iouThreshold, thresholdError) }
      if isKept, let overlap = overlaps.first(where: \.suppresses) {
        return "box \(anchor) is kept, though \(overlap.words) with a box kept before it"
      }
      if !isKept, !overlaps.contains(where: \.maySuppress) {
        return "box \(anchor) is missing, though no box kept before it overlaps it that much"
      }
      if isKept != !overlaps.contains(where: \.exceeds) { flips.append(Self.flip(overlaps, isKept)) }
      if isKept {
        rows.removeFirst()
        kept.append(box)
      }
    }
    return nil
  }

  /// A box kept has flipped every overlap past the threshold; a missing one needs but the nearest below it.
  private static func flip(_ overlaps: [Overlap], _ isKept: Bool) -> Flip {
    let flips = overlaps.filter { isKept ? $0.exceeds : $0.maySuppress }.map(\.flip)
    let decisive =
      isKept ? flips.max { $0.ratio < $1.ratio } : flips.min { $0.ratio < $1.ratio }
    return decisive ?? Flip(margin: .infinity, ratio: .infinity)
  }

  /// The anchors that pass the thresholds, in descending order of score, the lower index first among equals.
  private func candidates(of label: Int) -> [(anchor: Int, score: Float)] {
    let classes = scores.shape[1]
    return objectness.indices.map { anchor -> (anchor: Int, score: Float) in
      let isObject = Double(objectness[anchor]) > suppression.objectnessThreshold
      return (anchor, isObject ? scores.values[anchor * classes + label] : 0)
    }
    .filter { Double($0.score) > suppression.scoreThreshold }
    .sorted { ($0.score, $1.anchor) > ($1.score, $0.anchor) }
  }
}

/// An overlap held against the threshold.
private struct Overlap {
  private let value: Double
  private let threshold: Double
  /// How far apart computed overlap and rounded threshold can be from exact ones, together.
  private let error: Double

  init(_ overlap: Bounded, _ threshold: Double, _ thresholdError: Double) {
    value = overlap.value
    self.threshold = threshold
    error = overlap.error + thresholdError
  }

  /// Whether the exact overlap exceeds the threshold.
  var exceeds: Bool { value > threshold }
  /// Whether the computed one does in every arithmetic.
  var suppresses: Bool { error.isFinite && value - error > threshold }
  /// Whether the computed one may.
  var maySuppress: Bool { !error.isFinite || value + error > threshold }

  var flip: SuppressionReplay.Flip {
    let margin = abs(value - threshold)
    return .init(margin: margin, ratio: error.isFinite ? margin / error : 0)
  }

  var words: String { "its overlap of \(value) ± \(error) exceeds \(threshold)" }
}
